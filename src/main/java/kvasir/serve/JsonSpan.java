package kvasir.serve;

/**
 * Finder of the end of one JSON value in text that arrives character by character. It looks at
 * strings and brackets alone and does not check the value further. Used by one thread at a time.
 */
final class JsonSpan {
  /** Relation of a character to the value. */
  enum Step {
    /** It is part of the value, which goes on. */
    INSIDE,
    /** It is the last character of the value. */
    LAST,
    /** It follows the value and is not part of it. */
    BEHIND,
    /** It cannot be part of a value. */
    WRONG
  }

  private static final String IN_NUMBERS = "+-.";
  private static final String BETWEEN = ",: \t\r\n";

  private int depth;
  private boolean begun;
  private boolean quoted;
  private boolean escaped;

  /** Takes the next character. */
  Step take(char c) {
    if (quoted) {
      return inString(c);
    }
    boolean scalar = begun && depth == 0;
    begun = true;
    if (Character.isLetterOrDigit(c) || IN_NUMBERS.indexOf(c) >= 0) {
      return Step.INSIDE;
    }
    if (scalar) {
      return Step.BEHIND;
    }
    switch (c) {
      case '"' -> quoted = true;
      case '{', '[' -> depth++;
      case '}', ']' -> depth--;
      default -> {
        return depth > 0 && BETWEEN.indexOf(c) >= 0 ? Step.INSIDE : Step.WRONG;
      }
    }
    if (depth < 0) {
      return Step.WRONG;
    }
    return depth == 0 && !quoted ? Step.LAST : Step.INSIDE;
  }

  private Step inString(char c) {
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '"') {
      quoted = false;
      return depth == 0 ? Step.LAST : Step.INSIDE;
    }
    return Step.INSIDE;
  }
}
