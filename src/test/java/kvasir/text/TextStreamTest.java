package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextStreamTest {
  private final StringBuilder shown = new StringBuilder();

  private TextStream stream(String... stops) {
    return new TextStream(List.of(stops), Set.of("<s>", "</s>"), shown::append);
  }

  @Test
  void withoutStopsTextPassesAtOnce() {
    TextStream stream = stream();
    assertFalse(stream.add("once "));
    assertEquals("once ", shown.toString());
    stream.finish("!");
    assertEquals("once !", shown.toString());
    assertEquals("once !", stream.text());
  }

  @Test
  void aStopAcrossPiecesEndsTheTextBeforeIt() {
    TextStream stream = stream("END");
    assertFalse(stream.add("a E"));
    assertEquals("a ", shown.toString());
    assertFalse(stream.add("N"));
    assertTrue(stream.add("D b"));
    stream.finish(" rest");
    assertEquals("a ", shown.toString());
    assertEquals("a ", stream.text());
  }

  @Test
  void whatOnlyLookedLikeAStopIsShown() {
    TextStream stream = stream("END");
    stream.add("EN");
    assertEquals("", shown.toString());
    stream.add("X");
    assertEquals("ENX", shown.toString());
    stream.add("E");
    stream.finish("");
    assertEquals("ENXE", shown.toString());
  }

  @Test
  void theEarliestStopWins() {
    TextStream stream = stream("cd", "b");
    assertTrue(stream.add("abcd"));
    assertEquals("a", stream.text());
  }

  /** T4: alone, among text, and beside stops of text alone. */
  @Test
  void aStopThatNamesASpecialTokenIsFoundWhereTheTokenStands() {
    TextStream alone = stream("</s>", "x");
    assertFalse(alone.add("ab"));
    assertFalse(alone.addSpecial("<s>"));
    assertTrue(alone.addSpecial("</s>"));
    assertEquals("ab", alone.text());
    assertEquals("ab", shown.toString());
    assertTrue(stream("</s>", "x").add("yx"));
    assertTrue(stream("</s>").add("spelled </s>"));
  }

  /** T4: what may begin such a stop is held back, and what is before it is text. */
  @Test
  void aStopMayMixSpecialTokensAndText() {
    TextStream stream = stream("b</s>\n");
    assertFalse(stream.add("ab"));
    assertEquals("a", shown.toString());
    assertFalse(stream.addSpecial("</s>"));
    assertFalse(stream.add("c"));
    assertEquals("abc", shown.toString());
    assertFalse(stream.add("b"));
    assertFalse(stream.addSpecial("</s>"));
    assertTrue(stream.add("\nd"));
    assertEquals("abc", stream.text());
    assertEquals("abc", shown.toString());
  }

  /** A special token between two characters is not seen, so a stop of text may span it. */
  @Test
  void stopsOfTextAreLookedForInWhatIsShown() {
    TextStream stream = stream("ab", "<s><s>");
    assertFalse(stream.add("a"));
    assertFalse(stream.addSpecial("<s>"));
    assertTrue(stream.add("b"));
    assertEquals("", stream.text());
    TextStream twice = stream("<s><s>");
    assertFalse(twice.addSpecial("<s>"));
    assertFalse(twice.add("-"));
    assertFalse(twice.addSpecial("<s>"));
    assertTrue(twice.addSpecial("<s>"));
    twice.finish("rest");
    assertEquals("-", twice.text());
  }
}
