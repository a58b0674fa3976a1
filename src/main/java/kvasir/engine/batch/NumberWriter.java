package kvasir.engine.batch;

import java.util.Arrays;

/** Bytes of numbers: whole ones in groups of 7 bits, the lowest first, others as two halves. */
final class NumberWriter {
  private byte[] bytes = new byte[1024];
  private int size;

  int size() {
    return size;
  }

  void put(long... numbers) {
    for (long number : numbers) {
      put(number);
    }
  }

  void put(int[] numbers) {
    put(numbers.length);
    for (int number : numbers) {
      put((long) number);
    }
  }

  void put(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("step plan: number " + number);
    }
    if (bytes.length - size < 10) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    long rest = number;
    while (rest > 127) {
      bytes[size++] = (byte) (rest | 128);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Puts all bits of a number, of either sign. */
  void putBits(long bits) {
    put(bits >>> Integer.SIZE);
    put(bits & 0xffffffffL);
  }

  void putDouble(double number) {
    putBits(Double.doubleToRawLongBits(number));
  }

  void copy(int from, byte[] target, int at, int count) {
    System.arraycopy(bytes, from, target, at, count);
  }
}
