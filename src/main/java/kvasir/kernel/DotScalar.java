package kvasir.kernel;

import kvasir.tensor.Matrix;

/** Dot products in the order that {@link Kernels} states, one lane after the other. */
final class DotScalar {
  private DotScalar() {}

  static void matmul(
      Matrix weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      float[] scratch) {
    int columns = weights.columns();
    for (int o = from; o < to; o++) {
      ConversionsScalar.decode(weights, o, 0, columns, scratch, 0);
      for (int t = 0; t < tokens; t++) {
        out[outOffset + t * outStride + o] = dot(scratch, 0, x, xOffset + t * xStride, columns);
      }
    }
  }

  static float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
    return dot(a, aOffset, b, bOffset, n, 0, 1);
  }

  /** The sum of the lanes lane, lane + stride, ... by halving. */
  private static float dot(
      float[] a, int aOffset, float[] b, int bOffset, int n, int lane, int stride) {
    if (stride < Kernels.LANES) {
      return dot(a, aOffset, b, bOffset, n, lane, 2 * stride)
          + dot(a, aOffset, b, bOffset, n, lane + stride, 2 * stride);
    }
    float sum = 0f;
    int i = lane;
    for (; i < n; i += Kernels.LANES) {
      sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
    }
    if (n % Kernels.LANES != 0 && i < n + Kernels.LANES - n % Kernels.LANES) {
      // A pad: 0 * 0 is added too, which turns a sum that underflowed to -0 into +0.
      sum = Math.fma(0f, 0f, sum);
    }
    return sum;
  }
}
