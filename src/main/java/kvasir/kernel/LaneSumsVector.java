package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.GROUPS;
import static kvasir.kernel.Lanes.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Reductions over one array by vectors; the order is that of {@link LaneSums}. */
final class LaneSumsVector {
  private LaneSumsVector() {}

  static float sum(float[] a, int offset, int n) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = Lanes.zero();
    FloatVector s2 = Lanes.zero();
    FloatVector s3 = Lanes.zero();
    for (int k = 0; k < n; k += Kernels.LANES) {
      s0 = s0.add(load(a, offset, k, n));
      if (GROUPS > 1) {
        s1 = s1.add(load(a, offset, k + WIDTH, n));
      }
      if (GROUPS > 2) {
        s2 = s2.add(load(a, offset, k + 2 * WIDTH, n));
        s3 = s3.add(load(a, offset, k + 3 * WIDTH, n));
      }
    }
    return Lanes.add(s0, s1, s2, s3);
  }

  static float squares(float[] a, int offset, int n) {
    FloatVector s0 = Lanes.zero();
    FloatVector s1 = Lanes.zero();
    FloatVector s2 = Lanes.zero();
    FloatVector s3 = Lanes.zero();
    for (int k = 0; k < n; k += Kernels.LANES) {
      FloatVector v = load(a, offset, k, n);
      s0 = v.fma(v, s0);
      if (GROUPS > 1) {
        v = load(a, offset, k + WIDTH, n);
        s1 = v.fma(v, s1);
      }
      if (GROUPS > 2) {
        v = load(a, offset, k + 2 * WIDTH, n);
        s2 = v.fma(v, s2);
        v = load(a, offset, k + 3 * WIDTH, n);
        s3 = v.fma(v, s3);
      }
    }
    return Lanes.add(s0, s1, s2, s3);
  }

  /** Elements from k on, zeros beyond n. */
  private static FloatVector load(float[] a, int offset, int k, int n) {
    if (k + WIDTH <= n) {
      return FloatVector.fromArray(F, a, offset + k);
    }
    VectorMask<Float> mask = F.indexInRange(Math.min(k, n), n);
    return FloatVector.fromArray(F, a, Math.min(offset + k, a.length), mask);
  }

  static float max(float[] a, int offset, int n) {
    FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
      max = max.max(FloatVector.fromArray(F, a, offset + i));
    }
    // Exact in any order, unlike a sum.
    float result = max.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      result = Math.max(result, a[offset + i]);
    }
    return result;
  }
}
