package kvasir.kernel;

/**
 * Exponential function on fused multiply-adds, with the same bits for every vector width.
 *
 * <p>{@code x = n ln 2 + r} with n the nearest integer to x / ln 2 and |r| at most ln 2 / 2; {@code
 * e^x = 2^n p(r)}. Rounding adds 1.5 * 2^23, which leaves n in the low bits of the sum. {@code n ln
 * 2} is subtracted in two parts (Cody and Waite, 1980), the first exactly. p has degree 6 and is
 * minimax in relative error with 1 + r fixed (own Remez exchange; 3.1e-9 before rounding), so that
 * exp(0) is 1. n is added to the exponent of p(r).
 *
 * <p>The largest error is 0.8913 ulp of the exact value, at 5.2016387f, found by a sweep over every
 * float from {@link #LOWEST} to {@link #HIGHEST} with a magnitude of 2^-26 or more. Below LOWEST,
 * where results would be subnormal, the result is +0; above HIGHEST it is +infinity; NaN gives NaN.
 */
final class Exponential {
  static final float LOWEST = -87.33654f;
  static final float HIGHEST = 88.72f;

  static final float LOG2_E = 0x1.715476p+0f;
  static final float ROUND = 0x1.8p23f;
  static final float LN2_HIGH = 0x1.62e43p-1f;
  static final float LN2_LOW = -0x1.05c61p-29f;

  static final float C2 = 0x1.fffffcp-2f;
  static final float C3 = 0x1.555492p-3f;
  static final float C4 = 0x1.5558f2p-5f;
  static final float C5 = 0x1.123a2p-7f;
  static final float C6 = 0x1.6a23dp-10f;

  /** Number of bits below the exponent of a float. */
  static final int EXPONENT = 23;

  private Exponential() {}

  static float exp(float x) {
    if (Float.isNaN(x)) {
      return x;
    }
    if (x < LOWEST) {
      return 0f;
    }
    if (x > HIGHEST) {
      return Float.POSITIVE_INFINITY;
    }
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float n = shifted - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float p = Math.fma(C6, r, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, 1f);
    p = Math.fma(p, r, 1f);
    int bits = Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << EXPONENT);
    return Float.intBitsToFloat(bits);
  }

  /** Computes {@code a[i] = exp(a[i] - max)} and returns the sum over sixteen lanes. */
  static float expAndSum(float[] a, int offset, int n, float max) {
    for (int i = offset; i < offset + n; i++) {
      a[i] = exp(a[i] - max);
    }
    return sum(a, offset, n);
  }

  /**
   * Returns the sum over sixteen lanes. Padding with +0 does not change it, since no element is
   * negative.
   */
  static float sum(float[] a, int offset, int n) {
    return sum(a, offset, n, 0, 1);
  }

  private static float sum(float[] a, int offset, int n, int lane, int stride) {
    if (stride < Kernels.LANES) {
      return sum(a, offset, n, lane, 2 * stride) + sum(a, offset, n, lane + stride, 2 * stride);
    }
    float sum = 0f;
    for (int i = lane; i < n; i += Kernels.LANES) {
      sum += a[offset + i];
    }
    return sum;
  }
}
