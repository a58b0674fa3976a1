package kvasir.kernel;

/** Scalar root mean square norm (Zhang and Sennrich, 2019). */
final class NormsScalar {
  private NormsScalar() {}

  static void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n) {
    float inverse = inverse(squares(x, xOffset, n, 0, 1), n, epsilon);
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * inverse * weight[i];
    }
  }

  /** Returns the inverse root mean square, computed in double. Both implementations share it. */
  static float inverse(float squares, int n, float epsilon) {
    float mean = squares / n;
    return (float) (1.0 / Math.sqrt((double) mean + epsilon));
  }

  /**
   * Returns the sum of squares over the lanes {@code lane, lane + stride, ...} of sixteen, by
   * halving.
   */
  static float squares(float[] x, int offset, int n, int lane, int stride) {
    if (stride < Kernels.LANES) {
      return squares(x, offset, n, lane, 2 * stride)
          + squares(x, offset, n, lane + stride, 2 * stride);
    }
    float sum = 0f;
    for (int i = offset + lane; i < offset + n; i += Kernels.LANES) {
      sum = Math.fma(x[i], x[i], sum);
    }
    return sum;
  }
}
