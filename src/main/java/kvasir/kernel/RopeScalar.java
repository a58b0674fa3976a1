package kvasir.kernel;

/**
 * Scalar rotary position embedding of pairs half a head apart. Products are rounded before they are
 * added.
 */
final class RopeScalar {
  private RopeScalar() {}

  static void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset) {
    rope(x, xOffset, n, cosine, sine, tableOffset, 0);
  }

  /** Rotates the pairs from {@code first} on. */
  static void rope(
      float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset, int first) {
    int half = n / 2;
    for (int i = first; i < half; i++) {
      float a = x[xOffset + i];
      float b = x[xOffset + half + i];
      float c = cosine[tableOffset + i];
      float s = sine[tableOffset + i];
      x[xOffset + i] = a * c - b * s;
      x[xOffset + half + i] = b * c + a * s;
    }
  }
}
