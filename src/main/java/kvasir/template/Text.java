package kvasir.template;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A text that knows which of its characters come from the input: from messages, tools, documents
 * and variables, as opposed to the template. Parts and joined texts keep this knowledge. A text
 * whose characters an operation mixes beyond recognition comes from the input if any of it does.
 * Immutable.
 */
final class Text implements Value {
  private static final int[] TEMPLATE = {};
  private static final int[] INPUT = {0};

  static final Text EMPTY = of("");

  private final String string;

  /** Offsets at which the origin changes; a text begins in the template. */
  private final int[] changes;

  private final boolean markup;
  private int length = -1;

  Text(String string, int[] changes, boolean markup) {
    Limits.text(string.length());
    Meter.spendText(string.length());
    this.string = string;
    this.changes = changes;
    this.markup = markup;
  }

  /** Returns a text of the template. */
  static Text of(String string) {
    return new Text(string, TEMPLATE, false);
  }

  /** Returns a text of the input. */
  static Text input(String string) {
    return new Text(string, INPUT, false);
  }

  String string() {
    return string;
  }

  /** Returns the offsets at which the origin changes, not to be changed. */
  int[] changes() {
    return changes;
  }

  /** Returns whether the text counts as escaped HTML. */
  boolean isMarkup() {
    return markup;
  }

  Text asMarkup(boolean isMarkup) {
    return new Text(string, changes, isMarkup);
  }

  boolean isEmpty() {
    return string.isEmpty();
  }

  /** Returns whether any character comes from the input. */
  boolean hasInput() {
    return !string.isEmpty() && changes.length > 0;
  }

  /** Returns the characters between two offsets. */
  Text part(int from, int to) {
    if (from == 0 && to == string.length()) {
      return this;
    }
    if (changes.length == 0) {
      return new Text(string.substring(from, to), TEMPLATE, markup);
    }
    int found = Arrays.binarySearch(changes, from);
    int next = found >= 0 ? found + 1 : -found - 1;
    boolean input = next % 2 == 1;
    int last = next;
    while (last < changes.length && changes[last] < to) {
      last++;
    }
    int[] own = new int[last - next + (input ? 1 : 0)];
    int count = input ? 1 : 0;
    for (int i = next; i < last; i++) {
      own[count++] = changes[i] - from;
    }
    return new Text(string.substring(from, to), own, markup);
  }

  Text plus(Text other) {
    return new TextBuilder().append(this).append(other).text();
  }

  /** Returns the text with each run of one origin changed by an operation on its own. */
  Text map(UnaryOperator<String> operation) {
    TextBuilder mapped = new TextBuilder();
    int from = 0;
    boolean input = false;
    for (int i = 0; i <= changes.length; i++) {
      int to = i < changes.length ? changes[i] : string.length();
      mapped.append(operation.apply(string.substring(from, to)), input);
      from = to;
      input = !input;
    }
    return mapped.text().asMarkup(markup);
  }

  /** Returns another text that was made of this one: of the input if any part of this is. */
  Text remade(String other) {
    return new Text(other, hasInput() ? INPUT : TEMPLATE, markup);
  }

  /** Returns the number of characters, as Python counts them. */
  int length() {
    if (length < 0) {
      Meter.spendText(string.length());
      length = string.codePointCount(0, string.length());
    }
    return length;
  }

  /** Returns the offset in units of the first place of a text behind an offset; -1 if none. */
  int find(String searched, int from) {
    Meter.spendSearch(string.length() - Math.min(from, string.length()), searched.length());
    return string.indexOf(searched, from);
  }

  /** Returns the offset in units of the character with an index. */
  int offset(int index) {
    if (length() == string.length()) {
      return index;
    }
    Meter.spendText(index);
    return string.offsetByCodePoints(0, index);
  }

  @Override
  public String typeName() {
    return markup ? "Markup" : "str";
  }
}
