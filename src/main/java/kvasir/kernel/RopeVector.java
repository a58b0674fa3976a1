package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import jdk.incubator.vector.FloatVector;

/** Vector rotary position embedding, with the bits of {@link RopeScalar}. */
final class RopeVector {
  private RopeVector() {}

  static void rope(float[] x, int xOffset, int n, float[] cosine, float[] sine, int tableOffset) {
    int half = n / 2;
    int i = 0;
    for (; i + W <= half; i += W) {
      FloatVector a = FloatVector.fromArray(F, x, xOffset + i);
      FloatVector b = FloatVector.fromArray(F, x, xOffset + half + i);
      FloatVector c = FloatVector.fromArray(F, cosine, tableOffset + i);
      FloatVector s = FloatVector.fromArray(F, sine, tableOffset + i);
      a.mul(c).sub(b.mul(s)).intoArray(x, xOffset + i);
      b.mul(c).add(a.mul(s)).intoArray(x, xOffset + half + i);
    }
    RopeScalar.rope(x, xOffset, n, cosine, sine, tableOffset, i);
  }
}
