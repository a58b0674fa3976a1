package kvasir.template;

import java.util.Arrays;
import java.util.List;

/** Builder of a {@link Text} of limited length. */
final class TextBuilder {
  private final StringBuilder string = new StringBuilder();
  private final int most;
  private int[] changes = new int[4];
  private int count;

  TextBuilder() {
    this(Limits.TEXT);
  }

  /**
   * @param most largest number of characters
   */
  TextBuilder(int most) {
    this.most = most;
  }

  TextBuilder append(String piece, boolean input) {
    if (piece.isEmpty()) {
      return this;
    }
    room(piece.length());
    turn(string.length(), input);
    string.append(piece);
    return this;
  }

  /** Appends characters of the template. */
  TextBuilder append(String piece) {
    return append(piece, false);
  }

  TextBuilder append(Text text) {
    return append(text, 0, text.string().length());
  }

  /** Appends the characters of a text between two offsets. */
  TextBuilder append(Text text, int from, int to) {
    if (from >= to) {
      return this;
    }
    room(to - from);
    int start = string.length();
    boolean input = false;
    int[] other = text.changes();
    int i = 0;
    for (; i < other.length && other[i] <= from; i++) {
      input = !input;
    }
    turn(start, input);
    for (; i < other.length && other[i] < to; i++) {
      input = !input;
      turn(start + other[i] - from, input);
    }
    string.append(text.string(), from, to);
    return this;
  }

  private void room(int more) {
    if (string.length() + (long) more > most) {
      throw TemplateError.limit("the template writes more than " + most + " characters");
    }
  }

  private void turn(int offset, boolean input) {
    if (input == (count % 2 == 1)) {
      return;
    }
    if (count == changes.length) {
      changes = Arrays.copyOf(changes, 2 * count);
    }
    changes[count++] = offset;
  }

  /** Appends a text several times. */
  TextBuilder repeat(Text text, long times) {
    Limits.text(times * text.string().length());
    for (long i = 0; i < times && !text.isEmpty(); i++) {
      append(text);
    }
    return this;
  }

  /** Appends texts with a separator between them. */
  TextBuilder join(List<Text> texts, Text separator) {
    for (int i = 0; i < texts.size(); i++) {
      append(i == 0 ? Text.EMPTY : separator).append(texts.get(i));
    }
    return this;
  }

  int length() {
    return string.length();
  }

  Text text() {
    return new Text(string.toString(), Arrays.copyOf(changes, count), false);
  }
}
