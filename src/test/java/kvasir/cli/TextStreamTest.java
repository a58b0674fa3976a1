package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextStreamTest {
  private final StringBuilder shown = new StringBuilder();

  private TextStream stream(String... stops) {
    return new TextStream(List.of(stops), shown::append);
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
}
