package kvasir.kernel;

/**
 * The exponential function by range reduction and a polynomial on fused multiply-add (Cody and
 * Waite, Software Manual for the Elementary Functions, 1980, chapter 6; coefficients of Moshier's
 * Cephes expf). Every step is one correctly rounded operation, so the scalar and the vector form
 * have the same bits. exp(0) is 1; below {@link #SMALLEST} the result is 0, not subnormal.
 */
final class Exponential {
  /** Largest x with a finite result, ln(Float.MAX_VALUE) rounded down. */
  static final float LARGEST = 88.72283f;

  /** Smallest x with a normal result. */
  static final float SMALLEST = -87.33654f;

  static final float LOG2_E = 1.442695f;
  // Added and subtracted, it rounds to the nearest integer; its low bits then hold that integer.
  static final float ROUND = 0x1.8p23f;
  static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
  static final float LN2_HIGH = 0.6933594f;
  static final float LN2_LOW = -0.00021219444f;
  static final float C0 = 0.00019875691f;
  static final float C1 = 0.0013981999f;
  static final float C2 = 0.008333452f;
  static final float C3 = 0.041665796f;
  static final float C4 = 0.16666666f;
  static final float C5 = 0.5f;

  private Exponential() {}

  static float of(float x) {
    if (x < SMALLEST) {
      return 0f;
    }
    if (x > LARGEST) {
      return Float.POSITIVE_INFINITY;
    }
    float rounded = Math.fma(x, LOG2_E, ROUND);
    float n = rounded - ROUND;
    float r = Math.fma(n, -LN2_HIGH, x);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(C0, r, C1);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C5);
    p = Math.fma(p, r * r, r) + 1f;
    // In two factors: 2^128 alone would overflow where p * 2^128 does not.
    int exponent = Float.floatToRawIntBits(rounded) - ROUND_BITS;
    int first = exponent >> 1;
    return p * power(first) * power(exponent - first);
  }

  private static float power(int exponent) {
    return Float.intBitsToFloat((exponent + 127) << 23);
  }
}
