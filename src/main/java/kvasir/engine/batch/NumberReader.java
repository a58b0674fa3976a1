package kvasir.engine.batch;

/** Reader of what a {@link NumberWriter} has written, from bytes of unknown origin. */
final class NumberReader {
  private final byte[] bytes;
  private int next;

  NumberReader(byte[] bytes) {
    this.bytes = bytes;
  }

  int remaining() {
    return bytes.length - next;
  }

  long nextLong() {
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
    throw new IllegalArgumentException("step plan: a number above 63 bits");
  }

  int nextInt() {
    long number = nextLong();
    if (number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("step plan: number " + number);
    }
    return (int) number;
  }

  int[] nextInts() {
    int count = nextInt();
    check(count <= remaining(), count + " numbers in " + remaining() + " bytes");
    int[] numbers = new int[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = nextInt();
    }
    return numbers;
  }

  long nextBits() {
    return nextHalf() << Integer.SIZE | nextHalf();
  }

  double nextDouble() {
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
  static void check(boolean sound, String fault) {
    if (!sound) {
      throw new IllegalArgumentException("step plan: " + fault);
    }
  }
}
