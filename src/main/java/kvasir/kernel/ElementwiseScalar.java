package kvasir.kernel;

import java.util.Arrays;

/**
 * Scalar operations on single elements. The vector implementations call them for the elements that
 * do not fill a vector.
 */
final class ElementwiseScalar {
  /** Mask of all bits of a float but its sign. */
  static final int MAGNITUDE = 0x7fffffff;

  private ElementwiseScalar() {}

  static float max(float[] a, int offset, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + n; i++) {
      max = Math.max(max, a[i]);
    }
    return max;
  }

  /**
   * Returns the largest magnitude, found by bits: these have the order of magnitudes, with NaN
   * above all.
   */
  static float maxMagnitude(float[] a, int offset, int n) {
    int max = 0;
    for (int i = offset; i < offset + n; i++) {
      max = Math.max(max, Float.floatToRawIntBits(a[i]) & MAGNITUDE);
    }
    return Float.intBitsToFloat(max);
  }

  static float groupMaxima(float[] a, int offset, int n, float[] maxima) {
    groupMaxima(a, offset, n, 0, maxima);
    return maxMagnitude(a, offset, n);
  }

  /**
   * Finds the maxima of the blocks from the {@code firstBlock}-th one on.
   *
   * @param offset offset of the first block of all
   * @param n number of elements of all blocks
   */
  static void groupMaxima(float[] a, int offset, int n, int firstBlock, float[] maxima) {
    int first = firstBlock * Kernels.GROUP * Kernels.LANES;
    Arrays.fill(maxima, firstBlock * Kernels.LANES, Kernels.groups(n), Float.NEGATIVE_INFINITY);
    for (int i = first; i < n; i++) {
      int group = i / (Kernels.GROUP * Kernels.LANES) * Kernels.LANES + i % Kernels.LANES;
      maxima[group] = Math.max(maxima[group], a[offset + i]);
    }
  }

  static void scale(float[] a, int offset, int n, float factor) {
    for (int i = offset; i < offset + n; i++) {
      a[i] *= factor;
    }
  }

  static void add(float[] a, int aOffset, float[] b, int bOffset, int n) {
    for (int i = 0; i < n; i++) {
      a[aOffset + i] += b[bOffset + i];
    }
  }

  static void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int n) {
    for (int i = 0; i < n; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (1f + Exponential.exp(-g)) * up[upOffset + i];
    }
  }
}
