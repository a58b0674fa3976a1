package kvasir.grammar;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The one spelling that each character has in a JSON string: UTF-8, and escapes for quotes,
 * backslashes and control characters; in plain text UTF-8 alone. A spelling that has begun is
 * written as a number: a one, followed by the bytes read so far.
 */
final class Spelling {
  /** Spelling without a byte. */
  static final long NONE = 1;

  /** Result of {@link #complete} for bytes that are not complete. */
  static final int BEGUN = -1;

  /** Result of {@link #complete} for bytes that spell no character. */
  static final int WRONG = -2;

  private static final String SHORT = "\b\f\n\r\t\"\\";
  private static final String SHORT_NAMES = "bfnrt\"\\";

  /** Characters that are escaped, and the spelling of each. */
  private static final Escape[] ESCAPES = escapes();

  private record Escape(int character, long spelling, int length) {}

  private Spelling() {}

  private static Escape[] escapes() {
    Escape[] escapes = new Escape[34];
    int count = 0;
    for (int character = 0; character <= '\\'; character++) {
      if (character < ' ' || character == '"' || character == '\\') {
        escapes[count++] = escape(character);
      }
    }
    Escape[] all = Arrays.copyOf(escapes, count);
    Arrays.sort(all, Comparator.comparingInt(Escape::character));
    return all;
  }

  private static Escape escape(int character) {
    String text = escaped(character);
    long spelling = NONE;
    for (int i = 0; i < text.length(); i++) {
      spelling = (spelling << 8) | text.charAt(i);
    }
    return new Escape(character, spelling, text.length());
  }

  private static String escaped(int character) {
    int index = SHORT.indexOf(character);
    return index < 0 ? "\\u%04x".formatted(character) : "\\" + SHORT_NAMES.charAt(index);
  }

  /** Returns a text as a JSON string with its quotes. Half a surrogate pair becomes U+FFFD. */
  static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    text.codePoints()
        .forEach(
            c -> {
              if (c < ' ' || c == '"' || c == '\\') {
                json.append(escaped(c));
              } else {
                json.appendCodePoint(c >= 0xd800 && c <= 0xdfff ? 0xfffd : c);
              }
            });
    return json.append('"').toString();
  }

  private static int length(long spelling) {
    return (Long.SIZE - 1 - Long.numberOfLeadingZeros(spelling)) / 8;
  }

  private static int first(long spelling, int length) {
    return (int) (spelling >> (8 * (length - 1))) & 0xff;
  }

  /** Returns the character that some bytes spell, or {@link #BEGUN} or {@link #WRONG}. */
  static int complete(long spelling) {
    int length = length(spelling);
    int first = first(spelling, length);
    if (first == '\\') {
      return escapeOf(spelling, length);
    }
    return first < ' ' || first == '"' ? WRONG : plain(spelling);
  }

  /** Returns {@link #complete} for plain text, which has no escapes. */
  static int plain(long spelling) {
    int length = length(spelling);
    int first = first(spelling, length);
    if (first < 0x80) {
      return first;
    }
    int wanted = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    boolean last = length == 1 || (spelling & 0xc0) == 0x80;
    if (wanted == 0 || !last) {
      return WRONG;
    }
    int from = bound(spelling, length, wanted, 0);
    int to = bound(spelling, length, wanted, 0x3f);
    int least = wanted == 2 ? 0x80 : wanted == 3 ? 0x800 : 0x10000;
    boolean surrogate = from >= 0xd800 && to <= 0xdfff;
    if (to < least || from > Character.MAX_CODE_POINT || surrogate) {
      return WRONG;
    }
    return length == wanted ? from : BEGUN;
  }

  private static int escapeOf(long spelling, int length) {
    for (Escape escape : ESCAPES) {
      if (begins(escape, spelling, length)) {
        return escape.length == length ? escape.character : BEGUN;
      }
    }
    return WRONG;
  }

  private static boolean begins(Escape escape, long spelling, int length) {
    return length <= escape.length && escape.spelling >> (8 * (escape.length - length)) == spelling;
  }

  /** Returns the character whose missing bytes have the six bits {@code rest}. */
  private static int bound(long spelling, int length, int wanted, int rest) {
    int character = first(spelling, length) & (0xff >> (wanted + 1));
    for (int i = 1; i < wanted; i++) {
      int bits = i < length ? (int) (spelling >> (8 * (length - 1 - i))) & 0x3f : rest;
      character = (character << 6) | bits;
    }
    return character;
  }

  /** A test of characters in a range. */
  interface RangeTest {
    boolean any(int first, int last);
  }

  /** Returns whether a spelling that is not complete can become a character that passes a test. */
  static boolean anyCompletion(long spelling, RangeTest test) {
    int length = length(spelling);
    int first = first(spelling, length);
    if (first != '\\') {
      int wanted = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
      int least = wanted == 2 ? 0x80 : wanted == 3 ? 0x800 : 0x10000;
      int from = Math.max(least, bound(spelling, length, wanted, 0));
      return test.any(
          from, Math.min(Character.MAX_CODE_POINT, bound(spelling, length, wanted, 0x3f)));
    }
    for (Escape escape : ESCAPES) {
      if (begins(escape, spelling, length) && test.any(escape.character, escape.character)) {
        return true;
      }
    }
    return false;
  }
}
