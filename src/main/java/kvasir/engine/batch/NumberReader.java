package kvasir.engine.batch;

import java.nio.charset.StandardCharsets;

/**
 * Reader of what a {@link NumberWriter} has written, from bytes of unknown origin. Its methods
 * throw {@link IllegalArgumentException} if the bytes were not written by it. Not thread-safe.
 */
public final class NumberReader {
  private final byte[] bytes;
  private int next;

  /** Creates a reader of bytes, which are not copied. */
  public NumberReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns the number of bytes that have not been read. */
  public int remaining() {
    return bytes.length - next;
  }

  /** Returns the next number, which is not negative. */
  public long nextLong() {
    long number = 0;
    for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
      check(next < bytes.length, "the payload is cut");
      byte group = bytes[next++];
      number |= (long) (group & 127) << shift;
      if (group >= 0) {
        check(group > 0 || shift == 0, "a number in more bytes than it needs");
        return number;
      }
    }
    throw new IllegalArgumentException("message: a number above 63 bits");
  }

  /** Returns the next number, which is not negative. */
  public int nextInt() {
    long number = nextLong();
    if (number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("message: number " + number);
    }
    return (int) number;
  }

  /** Returns the next list of numbers. */
  public int[] nextInts() {
    int count = nextInt();
    check(count <= remaining(), count + " numbers in " + remaining() + " bytes");
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = nextInt();
    }
    return numbers;
  }

  /** Returns the next number of 64 bits. */
  public long nextBits() {
    return nextHalf() << Integer.SIZE | nextHalf();
  }

  /** Returns the next text. */
  public String nextText() {
    int count = nextInt();
    check(count <= remaining(), count + " bytes of text in " + remaining() + " bytes");
    next += count;
    return new String(bytes, next - count, count, StandardCharsets.UTF_8);
  }

  /** Returns the next number with a fraction. */
  public double nextDouble() {
    return Double.longBitsToDouble(nextBits());
  }

  private long nextHalf() {
    long half = nextLong();
    check(half <= 0xffffffffL, "half a number of " + half);
    return half;
  }

  /**
   * Checks what was read.
   *
   * @throws IllegalArgumentException if it is not sound
   */
  public static void check(boolean sound, String fault) {
    if (!sound) {
      throw new IllegalArgumentException("message: " + fault);
    }
  }
}
