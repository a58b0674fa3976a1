package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Assertions of equality of bits, without a tolerance; -0 is not equal to 0. */
final class Bits {
  private Bits() {}

  static void assertSame(float[] expected, float[] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
        assertEquals(
            Float.toHexString(expected[i]), Float.toHexString(actual[i]), what + " at " + i);
      }
    }
  }
}
