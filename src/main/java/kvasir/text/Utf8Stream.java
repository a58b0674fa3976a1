package kvasir.text;

import java.nio.charset.StandardCharsets;

/**
 * Characters from bytes of UTF-8 as they come. Holds back at most the three bytes of a character
 * that is not whole yet; bytes that nothing can complete any more become U+FFFD at once.
 */
final class Utf8Stream {
  /** How bytes that make up no character are shown. */
  enum Malformed {
    /** One U+FFFD for the longest run of them that could have begun a character, as Rust does. */
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

  /** Bytes that are held back until the character is whole. */
  int held() {
    return count;
  }

  /**
   * Leaves the bytes held back to the text before: they are shown within a character that further
   * bytes complete, and not at all otherwise.
   */
  void disown() {
    foreign = count;
  }

  /** Adds a byte; appends the text that is now certain. */
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

  /** Appends what was held back as bytes that make up no character. */
  void flush(StringBuilder text) {
    int own = count - foreign;
    text.append(REPLACEMENT.repeat(malformed == Malformed.BY_BYTE ? own : Math.min(own, 1)));
    clear();
  }

  private void clear() {
    count = 0;
    foreign = 0;
  }

  /** Length of the character that a byte begins; 0 where it begins none. */
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

  /** The Unicode Standard, table 3-7: the second byte's range depends on the first. */
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
