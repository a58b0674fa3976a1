package kvasir.kernel;

/** Softmax step of a few rows, one element at a time. */
final class SoftmaxScalar {
  private SoftmaxScalar() {}

  /** Computes the step, as {@link Kernels#softmax} specifies. */
  static void segments(
      float[] scores,
      int stride,
      int[] counts,
      int segments,
      float[] max,
      float[] factor,
      float[] sum) {
    for (int segment = 0; segment < segments; segment++) {
      int from = segment * stride;
      float before = max[segment];
      float after = Math.max(before, ElementwiseScalar.max(scores, from, counts[segment]));
      max[segment] = after;
      factor[segment] = Exponential.exp(before - after);
      if (counts[segment] > 0 && after != Float.NEGATIVE_INFINITY) {
        sum[segment] = Exponential.expAndSum(scores, from, counts[segment], after);
      }
    }
  }
}
