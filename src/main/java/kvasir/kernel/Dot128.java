package kvasir.kernel;

import static kvasir.kernel.Lanes.F;

import jdk.incubator.vector.FloatVector;

/**
 * Dot products, a sum in four vectors a, b, c, d of four lanes. One at a time: with sixteen
 * accumulators C2 gives up inlining and boxes. Correct everywhere, tuned for no machine.
 */
final class Dot128 {
  private Dot128() {}

  static float dot(float[] w, int wOffset, float[] x, int xOffset, int columns) {
    FloatVector a = FloatVector.zero(F);
    FloatVector b = FloatVector.zero(F);
    FloatVector c = FloatVector.zero(F);
    FloatVector d = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      int wi = wOffset + i;
      int xi = xOffset + i;
      a = FloatVector.fromArray(F, w, wi).fma(FloatVector.fromArray(F, x, xi), a);
      b = FloatVector.fromArray(F, w, wi + 4).fma(FloatVector.fromArray(F, x, xi + 4), b);
      c = FloatVector.fromArray(F, w, wi + 8).fma(FloatVector.fromArray(F, x, xi + 8), c);
      d = FloatVector.fromArray(F, w, wi + 12).fma(FloatVector.fromArray(F, x, xi + 12), d);
    }
    FloatVector s = a.add(c).add(b.add(d));
    s = s.add(s.rearrange(Lanes.HALF));
    return s.lane(0) + s.lane(1);
  }
}
