package kvasir.kernel;

import static kvasir.kernel.Lanes.GROUPS;
import static kvasir.kernel.Lanes.WIDTH;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Dot products of stored rows with one vector of activations, for a number of columns that is a
 * multiple of sixteen: rows are read from memory once, widened in registers.
 */
final class DotRow {
  private DotRow() {}

  /** Four rows at 512 bits: four streams keep the memory busy. */
  static void four512Bf16(
      MemorySegment w, long offset, long stride, int n, float[] x, int xo, float[] out, int oo) {
    long r1 = offset + stride;
    long r2 = r1 + stride;
    long r3 = r2 + stride;
    FloatVector a0 = Lanes.zero();
    FloatVector a1 = Lanes.zero();
    FloatVector a2 = Lanes.zero();
    FloatVector a3 = Lanes.zero();
    for (int k = 0; k < n; k += WIDTH) {
      FloatVector v = FloatVector.fromArray(Lanes.F, x, xo + k);
      long at = 2L * k;
      a0 = Lanes.bf16(w, offset + at).fma(v, a0);
      a1 = Lanes.bf16(w, r1 + at).fma(v, a1);
      a2 = Lanes.bf16(w, r2 + at).fma(v, a2);
      a3 = Lanes.bf16(w, r3 + at).fma(v, a3);
    }
    Lanes.addFour(a0, a1, a2, a3, out, oo);
  }

  /** As {@link #four512Bf16}, for float rows. */
  static void four512F32(
      MemorySegment w, long offset, long stride, int n, float[] x, int xo, float[] out, int oo) {
    long r1 = offset + stride;
    long r2 = r1 + stride;
    long r3 = r2 + stride;
    FloatVector a0 = Lanes.zero();
    FloatVector a1 = Lanes.zero();
    FloatVector a2 = Lanes.zero();
    FloatVector a3 = Lanes.zero();
    for (int k = 0; k < n; k += WIDTH) {
      FloatVector v = FloatVector.fromArray(Lanes.F, x, xo + k);
      long at = 4L * k;
      a0 = Lanes.f32(w, offset + at).fma(v, a0);
      a1 = Lanes.f32(w, r1 + at).fma(v, a1);
      a2 = Lanes.f32(w, r2 + at).fma(v, a2);
      a3 = Lanes.f32(w, r3 + at).fma(v, a3);
    }
    Lanes.addFour(a0, a1, a2, a3, out, oo);
  }

  /** One row, any width of vectors. */
  static float oneBf16(MemorySegment w, long offset, int n, float[] x, int xo) {
    FloatVector a0 = Lanes.zero();
    FloatVector a1 = Lanes.zero();
    FloatVector a2 = Lanes.zero();
    FloatVector a3 = Lanes.zero();
    for (int k = 0; k < n; k += Kernels.LANES) {
      long at = offset + 2L * k;
      a0 = Lanes.bf16(w, at).fma(FloatVector.fromArray(Lanes.F, x, xo + k), a0);
      if (GROUPS > 1) {
        int i = xo + k + WIDTH;
        a1 = Lanes.bf16(w, at + 2L * WIDTH).fma(FloatVector.fromArray(Lanes.F, x, i), a1);
      }
      if (GROUPS > 2) {
        int i = xo + k + 2 * WIDTH;
        a2 = Lanes.bf16(w, at + 4L * WIDTH).fma(FloatVector.fromArray(Lanes.F, x, i), a2);
        i += WIDTH;
        a3 = Lanes.bf16(w, at + 6L * WIDTH).fma(FloatVector.fromArray(Lanes.F, x, i), a3);
      }
    }
    return Lanes.add(a0, a1, a2, a3);
  }

  /** As {@link #oneBf16}, for a float row. */
  static float oneF32(MemorySegment w, long offset, int n, float[] x, int xo) {
    FloatVector a0 = Lanes.zero();
    FloatVector a1 = Lanes.zero();
    FloatVector a2 = Lanes.zero();
    FloatVector a3 = Lanes.zero();
    for (int k = 0; k < n; k += Kernels.LANES) {
      long at = offset + 4L * k;
      a0 = Lanes.f32(w, at).fma(FloatVector.fromArray(Lanes.F, x, xo + k), a0);
      if (GROUPS > 1) {
        int i = xo + k + WIDTH;
        a1 = Lanes.f32(w, at + 4L * WIDTH).fma(FloatVector.fromArray(Lanes.F, x, i), a1);
      }
      if (GROUPS > 2) {
        int i = xo + k + 2 * WIDTH;
        a2 = Lanes.f32(w, at + 8L * WIDTH).fma(FloatVector.fromArray(Lanes.F, x, i), a2);
        i += WIDTH;
        a3 = Lanes.f32(w, at + 12L * WIDTH).fma(FloatVector.fromArray(Lanes.F, x, i), a3);
      }
    }
    return Lanes.add(a0, a1, a2, a3);
  }
}
