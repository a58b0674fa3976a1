package kvasir.text;

import java.nio.charset.StandardCharsets;

/**
 * Incremental decoder of UTF-8. It holds back the bytes of an incomplete character, three at most;
 * bytes that can no longer become a character are replaced by U+FFFD at once.
 */
final class Utf8Stream {
  /** The way in which bytes that are not UTF-8 are shown. */
  enum Malformed {
    /** One U+FFFD for each longest run of bytes that could have begun a character, as in Rust. */
    BY_BEGINNING,
    /** One U+FFFD for each byte. */
    BY_BYTE
  }

  private static final String REPLACEMENT = "\uFFFD";
  private static final int LONGEST = 4;

  private final Malformed malformed;
  private final byte[] held = new byte[LONGEST];
  private int count;
  private int wanted;
  private int foreign;

  Utf8Stream(Malformed malformed) {
    this.malformed = malformed;
  }

  /** Returns the number of bytes that are held back until the character is complete. */
  int held() {
    return count;
  }

  /**
   * Assigns the bytes held back to the text before: they are shown if further bytes complete the
   * character, and not at all otherwise.
   */
  void disown() {
    foreign = count;
  }

  /** Adds a byte; appends to {@code text} the characters that are now certain. */
  void add(byte b, StringBuilder text) {
    if (count > 0 && !continues(b)) {
      flush(text);
    }
    if (count == 0) {
      wanted = length(b);
    }
    held[count++] = b;
    if (wanted == 0) {
      flush(text);
    } else if (count == wanted) {
      text.append(new String(held, 0, count, StandardCharsets.UTF_8));
      clear();
    }
  }

  /** Appends U+FFFD for the bytes that were held back, and drops them. */
  void flush(StringBuilder text) {
    int shown = count - foreign;
    text.append(REPLACEMENT.repeat(malformed == Malformed.BY_BYTE ? shown : Math.min(shown, 1)));
    clear();
  }

  private void clear() {
    count = 0;
    foreign = 0;
  }

  /**
   * Returns the number of bytes of the character that begins with {@code b}; 0 if no character
   * does.
   */
  private static int length(byte b) {
    int first = b & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  /**
   * Returns true if a byte continues the character held back. The range of the second byte depends
   * on the first (The Unicode Standard, table 3-7).
   */
  private boolean continues(byte b) {
    int next = b & 0xFF;
    int least = 0x80;
    int most = 0xBF;
    if (count == 1) {
      switch (held[0] & 0xFF) {
        case 0xE0 -> least = 0xA0;
        case 0xED -> most = 0x9F;
        case 0xF0 -> least = 0x90;
        case 0xF4 -> most = 0x8F;
        default -> {}
      }
    }
    return next >= least && next <= most;
  }
}
