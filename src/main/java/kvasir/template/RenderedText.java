package kvasir.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text that a template has written, with the origin of each character. Immutable. */
public final class RenderedText {
  private final String text;
  private final int[] changes;

  RenderedText(Text text) {
    this.text = text.string();
    this.changes = text.changes();
  }

  /** Returns the text. */
  public String text() {
    return text;
  }

  /**
   * Returns whether any character of a range comes from the input.
   *
   * @param from offset of the first character
   * @param to offset behind the last character
   */
  public boolean hasInput(int from, int to) {
    int found = Arrays.binarySearch(changes, from);
    int next = found >= 0 ? found + 1 : -found - 1;
    boolean begins = next % 2 == 1;
    return from < to && (begins || (next < changes.length && changes[next] < to));
  }

  /** Returns the beginning of the text, of a number of characters. */
  public RenderedText beginning(int characters) {
    return new RenderedText(new Text(text, changes, false).part(0, characters));
  }

  /** Returns this text and one that the caller vouches for behind it. */
  public RenderedText followedBy(String more) {
    int[] all = changes;
    if (changes.length % 2 == 1) {
      all = Arrays.copyOf(changes, changes.length + 1);
      all[changes.length] = text.length();
    }
    return new RenderedText(new Text(text + more, all, false));
  }

  /** Returns the runs of characters of one origin, in their order. */
  public List<Segment> segments() {
    List<Segment> segments = new ArrayList<>();
    int from = 0;
    boolean input = false;
    for (int i = 0; i <= changes.length; i++) {
      int to = i < changes.length ? changes[i] : text.length();
      if (to > from) {
        segments.add(new Segment(text.substring(from, to), input));
      }
      from = to;
      input = !input;
    }
    return segments;
  }
}
