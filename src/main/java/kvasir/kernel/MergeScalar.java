package kvasir.kernel;

import java.util.Arrays;

/**
 * Scalar merge of partial softmax states {@code [max, sum, output...]} (Milakov and Gimelshein,
 * 2018). Both products are rounded before they are added, without fused multiply-add, so that a and
 * b may be exchanged. An empty side is skipped and not added, since -0 + 0 is +0.
 */
final class MergeScalar {
  /** Number of elements before the output: the maximum and the sum. */
  static final int HEADER = 2;

  private MergeScalar() {}

  static void merge(float[] a, int aOffset, float[] b, int bOffset, int n) {
    if (oneEmpty(a, aOffset, b, bOffset, n)) {
      return;
    }
    float max = Math.max(a[aOffset], b[bOffset]);
    float ofA = Exponential.exp(a[aOffset] - max);
    float ofB = Exponential.exp(b[bOffset] - max);
    a[aOffset] = max;
    weigh(a, aOffset, ofA, b, bOffset, ofB, 1, HEADER + n);
  }

  /**
   * Merges if a or b is the state over no keys.
   *
   * @return whether it was
   */
  static boolean oneEmpty(float[] a, int aOffset, float[] b, int bOffset, int n) {
    if (a[aOffset] != Float.NEGATIVE_INFINITY && b[bOffset] != Float.NEGATIVE_INFINITY) {
      return false;
    }
    if (a[aOffset] != Float.NEGATIVE_INFINITY) {
      return true;
    }
    if (b[bOffset] != Float.NEGATIVE_INFINITY) {
      System.arraycopy(b, bOffset, a, aOffset, HEADER + n);
    } else {
      Arrays.fill(a, aOffset + 1, aOffset + HEADER + n, 0f);
    }
    return true;
  }

  /** Computes {@code a[i] = a[i] * ofA + b[i] * ofB} for i from {@code from} to {@code to}. */
  static void weigh(
      float[] a, int aOffset, float ofA, float[] b, int bOffset, float ofB, int from, int to) {
    for (int i = from; i < to; i++) {
      a[aOffset + i] = a[aOffset + i] * ofA + b[bOffset + i] * ofB;
    }
  }
}
