package kvasir.engine.batch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes of numbers: whole ones in groups of 7 bits, the lowest first, others as two halves. Not
 * thread-safe.
 */
public final class NumberWriter {
  /** Bytes of the largest number. */
  private static final int LARGEST_NUMBER = 10;

  private byte[] bytes = new byte[1024];
  private int size;

  /** Returns the number of bytes so far. */
  public int size() {
    return size;
  }

  /** Puts numbers that are not negative. */
  public void put(long... numbers) {
    for (long number : numbers) {
      put(number);
    }
  }

  /** Puts a list of numbers that are not negative. */
  public void put(int[] numbers) {
    put(numbers.length);
    for (int number : numbers) {
      put((long) number);
    }
  }

  /** Puts a number that is not negative. */
  public void put(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("message: number " + number);
    }
    reserve(LARGEST_NUMBER);
    long rest = number;
    while (rest > 127) {
      bytes[size++] = (byte) (rest | 128);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Puts all bits of a number, of either sign. */
  public void putBits(long bits) {
    put(bits >>> Integer.SIZE);
    put(bits & 0xffffffffL);
  }

  /** Puts a text. */
  public void putText(String text) {
    byte[] letters = text.getBytes(StandardCharsets.UTF_8);
    put((long) letters.length);
    reserve(letters.length);
    System.arraycopy(letters, 0, bytes, size, letters.length);
    size += letters.length;
  }

  /** Puts a number with a fraction. */
  public void putDouble(double number) {
    putBits(Double.doubleToRawLongBits(number));
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
    }
  }

  /** Returns a copy of the bytes. */
  public byte[] bytes() {
    return Arrays.copyOf(bytes, size);
  }

  void copy(int from, byte[] target, int at, int count) {
    System.arraycopy(bytes, from, target, at, count);
  }
}
