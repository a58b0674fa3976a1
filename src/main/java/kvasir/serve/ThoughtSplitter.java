package kvasir.serve;

import java.util.ArrayList;
import java.util.List;

/**
 * Division of one answer into thoughts and content: an answer that begins with {@code <think>}, or
 * whose prompt ended with it, is thoughts up to the first {@code </think>}. Text that may still
 * become a tag is held back, so that tags never show. Used by one thread at a time.
 */
final class ThoughtSplitter {
  static final String OPEN = "<think>";
  static final String CLOSE = "</think>";

  /**
   * Text that is final, of one kind.
   *
   * @param thought whether it is a thought
   */
  record Part(boolean thought, String text) {}

  /** Part of an answer, in the order in which they come. */
  enum State {
    /** Nothing but blanks, which may stand before a tag. */
    BEGINNING,
    /** Thoughts. */
    THOUGHTS,
    /** Blanks behind the thoughts. */
    BETWEEN,
    /** Content, up to the end. */
    CONTENT
  }

  private final StringBuilder held = new StringBuilder();
  private State state;
  private boolean thoughtShown;
  private int taken;
  private int contentFrom;

  /**
   * Creates the division of an answer without text.
   *
   * @param state the part with which it begins
   */
  ThoughtSplitter(State state) {
    this.state = state;
  }

  /** Takes the next text and returns what is final. */
  List<Part> add(String text) {
    held.append(text);
    return parts(false);
  }

  /** Returns what was held back at the end of the answer. */
  List<Part> finish() {
    return parts(true);
  }

  /**
   * Returns the place in the answer at which the content begins, in UTF-16 units; the largest
   * integer while there is no content.
   */
  int contentFrom() {
    return state == State.CONTENT ? contentFrom : Integer.MAX_VALUE;
  }

  /** Returns the number of characters that have been returned or dropped. */
  int decided() {
    return taken;
  }

  /** Returns whether the spelling of a special token would be a tag if it came next. */
  boolean isTag(String spelling) {
    return switch (state) {
      case BEGINNING -> spelling.equals(OPEN);
      case THOUGHTS -> spelling.equals(CLOSE);
      case BETWEEN, CONTENT -> false;
    };
  }

  /** Returns whether thoughts are being written. */
  boolean thinks() {
    return state == State.THOUGHTS;
  }

  private List<Part> parts(boolean last) {
    List<Part> parts = new ArrayList<>();
    if (state == State.BEGINNING) {
      begin(last);
    }
    if (state == State.THOUGHTS) {
      thoughts(parts, last);
    }
    if (state == State.BETWEEN) {
      skipBlanks();
      if (!held.isEmpty()) {
        startContent();
      }
    }
    if (state == State.CONTENT && !held.isEmpty()) {
      parts.add(new Part(false, take(held.length())));
    }
    return parts;
  }

  private void begin(boolean last) {
    String text = held.toString().stripLeading();
    if (text.startsWith(OPEN)) {
      take(held.length() - text.length() + OPEN.length());
      state = State.THOUGHTS;
    } else if (last || !OPEN.startsWith(text)) {
      startContent();
    }
  }

  private void startContent() {
    state = State.CONTENT;
    contentFrom = taken;
  }

  private void thoughts(List<Part> parts, boolean last) {
    if (!thoughtShown) {
      skipBlanks();
    }
    int close = held.indexOf(CLOSE);
    int end = close >= 0 ? close : last ? held.length() : sure(held, CLOSE);
    // Blanks before the closing tag are not part of the thoughts.
    int shown = end;
    while (!(last && close < 0) && shown > 0 && Character.isWhitespace(held.charAt(shown - 1))) {
      shown--;
    }
    if (shown > 0) {
      parts.add(new Part(true, take(shown)));
      thoughtShown = true;
    }
    if (close >= 0) {
      take(held.indexOf(CLOSE) + CLOSE.length());
      state = State.BETWEEN;
    }
  }

  /** Returns the number of characters of a text that cannot be part of a mark. */
  static int sure(StringBuilder text, String mark) {
    for (int from = Math.max(0, text.length() - mark.length() + 1); from < text.length(); from++) {
      if (mark.startsWith(text.substring(from))) {
        return from;
      }
    }
    return text.length();
  }

  private void skipBlanks() {
    int blanks = 0;
    while (blanks < held.length() && Character.isWhitespace(held.charAt(blanks))) {
      blanks++;
    }
    take(blanks);
  }

  private String take(int characters) {
    String text = held.substring(0, characters);
    held.delete(0, characters);
    taken += characters;
    return text;
  }
}
