package kvasir.kernel;

/** Root mean square norm (Zhang and Sennrich, 2019). */
final class NormsScalar {
  private NormsScalar() {}

  static void rmsNorm(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset, int n) {
    float inverse = inverse(DotScalar.dot(x, xOffset, x, xOffset, n), n, epsilon);
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * inverse * weight[i];
    }
  }

  /** In double, and once for both implementations: a norm takes it once. */
  static float inverse(float squares, int n, float epsilon) {
    float mean = squares / n;
    return (float) (1.0 / Math.sqrt((double) mean + epsilon));
  }
}
