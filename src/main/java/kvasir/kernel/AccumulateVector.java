package kvasir.kernel;

import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.WIDTH;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * Adds weighted value rows to output rows, {@code out[d] = fma(p[i], values[i, d], out[d])} with i
 * in order: elementwise over d, so neither tiling nor width changes a bit. The outputs of a run of
 * columns stay in registers over all keys.
 */
final class AccumulateVector {
  private static final int TILE = 4;

  private AccumulateVector() {}

  static void accumulate(
      Matrix values,
      float[] p,
      int po,
      int ps,
      int[] counts,
      int rows,
      float[] out,
      int oo,
      int os) {
    int columns = values.type() == DType.F16 ? 0 : values.columns() / WIDTH * WIDTH;
    for (int row = 0; row < rows; row += TILE) {
      int tile = Math.min(TILE, rows - row);
      int shared = tile == TILE ? least(counts, row) : 0;
      if (shared > 0) {
        together(values, columns, p, po + row * ps, ps, shared, out, oo + row * os, os);
      }
      for (int r = row; r < row + tile; r++) {
        alone(values, columns, p, po + r * ps, shared, counts[r], out, oo + r * os);
        int from = oo + r * os;
        Accumulate.columns(values, p, po + r * ps, counts[r], out, from, columns, values.columns());
      }
    }
  }

  private static int least(int[] counts, int row) {
    int two = Math.min(counts[row], counts[row + 1]);
    return Math.min(two, Math.min(counts[row + 2], counts[row + 3]));
  }

  private static void together(
      Matrix values,
      int columns,
      float[] p,
      int po,
      int ps,
      int keys,
      float[] out,
      int oo,
      int os) {
    long stride = (long) values.columns() * values.type().bytes();
    for (int d = 0; d < columns; d += WIDTH) {
      if (values.type() == DType.BF16) {
        fourBf16(values.data(), values.offset() + 2L * d, stride, keys, p, po, ps, out, oo + d, os);
      } else {
        fourF32(values.data(), values.offset() + 4L * d, stride, keys, p, po, ps, out, oo + d, os);
      }
    }
  }

  private static void alone(
      Matrix values, int columns, float[] p, int po, int from, int to, float[] out, int oo) {
    if (from >= to) {
      return;
    }
    long stride = (long) values.columns() * values.type().bytes();
    long start = values.rowOffset(from);
    for (int d = 0; d < columns; d += WIDTH) {
      if (values.type() == DType.BF16) {
        oneBf16(values.data(), start + 2L * d, stride, to - from, p, po + from, out, oo + d);
      } else {
        oneF32(values.data(), start + 4L * d, stride, to - from, p, po + from, out, oo + d);
      }
    }
  }

  private static void fourBf16(
      MemorySegment v,
      long at,
      long stride,
      int keys,
      float[] p,
      int po,
      int ps,
      float[] out,
      int oo,
      int os) {
    FloatVector a0 = FloatVector.fromArray(F, out, oo);
    FloatVector a1 = FloatVector.fromArray(F, out, oo + os);
    FloatVector a2 = FloatVector.fromArray(F, out, oo + 2 * os);
    FloatVector a3 = FloatVector.fromArray(F, out, oo + 3 * os);
    for (int i = 0; i < keys; i++) {
      FloatVector value = Lanes.bf16(v, at + i * stride);
      a0 = value.fma(FloatVector.broadcast(F, p[po + i]), a0);
      a1 = value.fma(FloatVector.broadcast(F, p[po + ps + i]), a1);
      a2 = value.fma(FloatVector.broadcast(F, p[po + 2 * ps + i]), a2);
      a3 = value.fma(FloatVector.broadcast(F, p[po + 3 * ps + i]), a3);
    }
    a0.intoArray(out, oo);
    a1.intoArray(out, oo + os);
    a2.intoArray(out, oo + 2 * os);
    a3.intoArray(out, oo + 3 * os);
  }

  private static void fourF32(
      MemorySegment v,
      long at,
      long stride,
      int keys,
      float[] p,
      int po,
      int ps,
      float[] out,
      int oo,
      int os) {
    FloatVector a0 = FloatVector.fromArray(F, out, oo);
    FloatVector a1 = FloatVector.fromArray(F, out, oo + os);
    FloatVector a2 = FloatVector.fromArray(F, out, oo + 2 * os);
    FloatVector a3 = FloatVector.fromArray(F, out, oo + 3 * os);
    for (int i = 0; i < keys; i++) {
      FloatVector value = Lanes.f32(v, at + i * stride);
      a0 = value.fma(FloatVector.broadcast(F, p[po + i]), a0);
      a1 = value.fma(FloatVector.broadcast(F, p[po + ps + i]), a1);
      a2 = value.fma(FloatVector.broadcast(F, p[po + 2 * ps + i]), a2);
      a3 = value.fma(FloatVector.broadcast(F, p[po + 3 * ps + i]), a3);
    }
    a0.intoArray(out, oo);
    a1.intoArray(out, oo + os);
    a2.intoArray(out, oo + 2 * os);
    a3.intoArray(out, oo + 3 * os);
  }

  private static void oneBf16(
      MemorySegment v, long at, long stride, int keys, float[] p, int po, float[] out, int oo) {
    FloatVector a = FloatVector.fromArray(F, out, oo);
    for (int i = 0; i < keys; i++) {
      a = Lanes.bf16(v, at + i * stride).fma(FloatVector.broadcast(F, p[po + i]), a);
    }
    a.intoArray(out, oo);
  }

  private static void oneF32(
      MemorySegment v, long at, long stride, int keys, float[] p, int po, float[] out, int oo) {
    FloatVector a = FloatVector.fromArray(F, out, oo);
    for (int i = 0; i < keys; i++) {
      a = Lanes.f32(v, at + i * stride).fma(FloatVector.broadcast(F, p[po + i]), a);
    }
    a.intoArray(out, oo);
  }
}
