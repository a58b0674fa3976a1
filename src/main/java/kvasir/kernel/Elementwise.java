package kvasir.kernel;

/**
 * Elementwise operations by scalars, from an element on: the twins and the tails of the vectors.
 */
final class Elementwise {
  private Elementwise() {}

  static void rope(
      float[] x, int offset, int n, float[] cosine, float[] sine, int table, int from) {
    int half = n / 2;
    for (int i = from; i < half; i++) {
      float low = x[offset + i];
      float high = x[offset + half + i];
      float c = cosine[table + i];
      float s = sine[table + i];
      x[offset + i] = Math.fma(low, c, -(high * s));
      x[offset + half + i] = Math.fma(high, c, low * s);
    }
  }

  static void siluMultiply(
      float[] gate, int gateOffset, float[] up, int upOffset, int n, int from) {
    for (int i = from; i < n; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (1f + Exponential.of(-g)) * up[upOffset + i];
    }
  }
}
