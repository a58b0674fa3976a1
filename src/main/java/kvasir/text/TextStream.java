package kvasir.text;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A text that grows token by token and ends before the first stop string. The longest end that may
 * be the beginning of a stop string is held back, so that no text is shown that must be withdrawn.
 * Special tokens are not shown; stop strings that contain one are searched in the text with special
 * tokens.
 */
public final class TextStream {
  private final Consumer<String> sink;
  private final StopSearch plain;
  private final StopSearch marked;
  private final StringBuilder text = new StringBuilder();
  private int shown;
  private boolean stopped;

  /**
   * Creates a text without characters.
   *
   * @param stops texts before which the text ends
   * @param special spellings of special tokens
   * @param sink receives text that is final
   */
  public TextStream(List<String> stops, Set<String> special, Consumer<String> sink) {
    Predicate<String> named = stop -> special.stream().anyMatch(stop::contains);
    this.plain = new StopSearch(stops.stream().filter(named.negate()).toList());
    this.marked = new StopSearch(stops.stream().filter(named).toList());
    this.sink = sink;
  }

  /** Adds a piece of text; returns true if a stop string has been completed. */
  public boolean add(String piece) {
    int place = text.length();
    text.append(piece);
    return cut(plain.add(piece, place, true), marked.add(piece, place, true));
  }

  /** Adds a special token, which is not shown; returns true if it has completed a stop string. */
  public boolean addSpecial(String spelling) {
    return cut(-1, marked.add(spelling, text.length(), false));
  }

  private boolean cut(int plainStop, int markedStop) {
    int first =
        plainStop < 0 || markedStop < 0
            ? Math.max(plainStop, markedStop)
            : Math.min(plainStop, markedStop);
    if (first >= 0) {
      text.setLength(first);
      stopped = true;
    }
    int end = text.length();
    show(stopped ? end : Math.min(plain.certain(end), marked.certain(end)));
    return stopped;
  }

  /** Ends the sequence and shows the text that was held back. */
  public void finish(String rest) {
    if (!stopped) {
      add(rest);
      show(text.length());
    }
  }

  int length() {
    return text.length();
  }

  String text() {
    return text.toString();
  }

  private void show(int end) {
    if (end > shown) {
      sink.accept(text.substring(shown, end));
      shown = end;
    }
  }
}
