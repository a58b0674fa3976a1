package kvasir.grammar.pattern;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reader of the code points of a pattern. */
final class PatternScanner {
  private static final Pattern TIMES = Pattern.compile("\\{[0-9]+(,[0-9]*)?\\}");

  private final String pattern;
  private int index;

  PatternScanner(String pattern) {
    this.pattern = pattern;
  }

  boolean atEnd() {
    return index == pattern.length();
  }

  /** Returns the next code point, which stays the next; -1 at the end. */
  int peek() {
    return atEnd() ? -1 : pattern.codePointAt(index);
  }

  int next() throws PatternException {
    if (atEnd()) {
      throw new PatternException("ends too early");
    }
    int c = pattern.codePointAt(index);
    index += Character.charCount(c);
    return c;
  }

  /** Passes over a text if it is the next. */
  boolean skip(String text) {
    boolean there = pattern.startsWith(text, index);
    index += there ? text.length() : 0;
    return there;
  }

  /** Passes over a name and the character behind it. */
  void skipName(char end) throws PatternException {
    int close = pattern.indexOf(end, index);
    if (close < 0) {
      throw new PatternException("has a name without an end");
    }
    index = close + 1;
  }

  /** Returns whether a repetition of the form {@code {2,3}} is next. */
  boolean atTimes() {
    Matcher matcher = TIMES.matcher(pattern).region(index, pattern.length());
    return matcher.lookingAt();
  }

  /** Returns the decimal number that is next; a large one is cut. */
  long number() {
    long number = 0;
    while (!atEnd() && peek() >= '0' && peek() <= '9') {
      number = Math.min(Integer.MAX_VALUE, number * 10 + pattern.charAt(index++) - '0');
    }
    return number;
  }

  /** Returns the number of some hexadecimal digits. */
  int hex(int digits) throws PatternException {
    int number = 0;
    for (int i = 0; i < digits; i++) {
      int digit = Character.digit(next(), 16);
      if (digit < 0) {
        throw new PatternException("has an escape with a wrong digit");
      }
      number = (number << 4) | digit;
    }
    return number;
  }
}
