package kvasir.lab.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import kvasir.text.EncodedText;
import org.junit.jupiter.api.Test;

class PassageTest {
  private static final String TEXT = "As told, the code of Ada is 12. Ada is 120 (she says).";

  /** Returns a text with one token for each character. */
  private static EncodedText characters(String text) {
    int[] starts = new int[text.length()];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i;
    }
    return new EncodedText(text, new int[starts.length], starts);
  }

  private static Optional<Passage> find(String answer) {
    return Passage.find(characters(TEXT), answer);
  }

  @Test
  void lettersCaseAndFullStopDoNotMatter() {
    int at = TEXT.indexOf("the code");
    assertEquals(Optional.of(new Passage(at, at + 20)), find("The code of Ada is 12."));
  }

  @Test
  void wholeWordsOnly() {
    assertEquals(Optional.empty(), find("a is 12"));
    assertEquals(Optional.empty(), find("Ada is 1"));
    assertEquals(TEXT.indexOf("Ada is 120"), find("Ada is 120").orElseThrow().first());
  }

  @Test
  void marksAreNoPattern() {
    assertEquals(TEXT.indexOf("(she"), find("(she says).").orElseThrow().first());
    assertEquals(Optional.empty(), find(".*"));
  }

  @Test
  void nothingIsNowhere() {
    assertEquals(Optional.empty(), find(""));
    assertEquals(Optional.empty(), find(" . "));
    assertEquals(Optional.empty(), Passage.find(characters(""), "Ada"));
  }
}
