package kvasir.kernel;

/**
 * Sums over sixteen virtual lanes, by scalars: element i belongs to lane i mod 16, a last group is
 * padded with zeros, and lanes are added by halving. Written lane by lane, so that it needs no
 * array.
 */
final class LaneSums {
  private LaneSums() {}

  static float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    return eighthDot(a, aOffset, b, bOffset, n, 0) + eighthDot(a, aOffset, b, bOffset, n, 1);
  }

  private static float eighthDot(float[] a, int aOffset, float[] b, int bOffset, int n, int lane) {
    return quarterDot(a, aOffset, b, bOffset, n, lane)
        + quarterDot(a, aOffset, b, bOffset, n, lane + 2);
  }

  private static float quarterDot(float[] a, int aOffset, float[] b, int bOffset, int n, int lane) {
    return halfDot(a, aOffset, b, bOffset, n, lane) + halfDot(a, aOffset, b, bOffset, n, lane + 4);
  }

  private static float halfDot(float[] a, int aOffset, float[] b, int bOffset, int n, int lane) {
    return laneDot(a, aOffset, b, bOffset, n, lane) + laneDot(a, aOffset, b, bOffset, n, lane + 8);
  }

  private static float laneDot(float[] a, int aOffset, float[] b, int bOffset, int n, int lane) {
    float sum = 0f;
    int i = lane;
    for (; i < n; i += Kernels.LANES) {
      sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
    }
    // The pad takes part: it turns a sum of -0 into 0, as in a padded vector.
    return n % Kernels.LANES != 0 && i - lane == n / Kernels.LANES * Kernels.LANES
        ? Math.fma(0f, 0f, sum)
        : sum;
  }

  static float sum(float[] a, int offset, int n) {
    return eighthSum(a, offset, n, 0) + eighthSum(a, offset, n, 1);
  }

  private static float eighthSum(float[] a, int offset, int n, int lane) {
    return quarterSum(a, offset, n, lane) + quarterSum(a, offset, n, lane + 2);
  }

  private static float quarterSum(float[] a, int offset, int n, int lane) {
    return halfSum(a, offset, n, lane) + halfSum(a, offset, n, lane + 4);
  }

  private static float halfSum(float[] a, int offset, int n, int lane) {
    return laneSum(a, offset, n, lane) + laneSum(a, offset, n, lane + 8);
  }

  private static float laneSum(float[] a, int offset, int n, int lane) {
    float sum = 0f;
    for (int i = lane; i < n; i += Kernels.LANES) {
      sum += a[offset + i];
    }
    return sum;
  }

  /** {@code 1 / sqrt(mean + epsilon)} of a sum of n squares; shared, since it is one element. */
  static float inverseRms(float squares, int n, float epsilon) {
    return (float) (1.0 / Math.sqrt(squares / n + (double) epsilon));
  }
}
