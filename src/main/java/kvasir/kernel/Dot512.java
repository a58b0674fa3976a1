package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_S2I;
import static kvasir.kernel.Lanes.EIGHTH;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.HALF;
import static kvasir.kernel.Lanes.I;
import static kvasir.kernel.Lanes.QUARTER;
import static kvasir.kernel.Lanes.S;
import static kvasir.kernel.Lanes.SIXTEENTH;
import static kvasir.kernel.Lanes.THREE_QUARTERS;
import static kvasir.kernel.Lanes.UPPER_EIGHTH;
import static kvasir.kernel.Lanes.UPPER_HALF;
import static kvasir.kernel.Lanes.UPPER_QUARTER;
import static kvasir.kernel.Lanes.UPPER_SIXTEENTH;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import kvasir.tensor.Matrix;

/**
 * Register tiles of dot products, a sum in one vector of sixteen lanes.
 *
 * <p>{@code bf16} and {@code f32} read four rows where they lie, {@code apart} rows from each
 * other; the others read rows that are widened in scratch. In {@code one}, where fewer than four
 * rows are left, the last stands in for the missing and is stored again.
 */
final class Dot512 {
  private Dot512() {}

  static void bf16(
      Matrix weights, int row, int apart, float[] x, int xOffset, float[] out, int outOffset) {
    MemorySegment data = weights.data();
    int columns = weights.columns();
    long w0 = weights.rowOffset(row);
    long w1 = weights.rowOffset(row + apart);
    long w2 = weights.rowOffset(row + 2 * apart);
    long w3 = weights.rowOffset(row + 3 * apart);
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      long at = 2L * i;
      FloatVector ax = FloatVector.fromArray(F, x, xOffset + i);
      a0 =
          ShortVector.fromMemorySegment(S, data, w0 + at, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, I, 0)
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(ax, a0);
      a1 =
          ShortVector.fromMemorySegment(S, data, w1 + at, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, I, 0)
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(ax, a1);
      a2 =
          ShortVector.fromMemorySegment(S, data, w2 + at, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, I, 0)
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(ax, a2);
      a3 =
          ShortVector.fromMemorySegment(S, data, w3 + at, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, I, 0)
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(ax, a3);
    }
    FloatVector s = a0.blend(a1, UPPER_HALF).add(a1.blend(a0, UPPER_HALF).rearrange(HALF));
    FloatVector u = a2.blend(a3, UPPER_HALF).add(a3.blend(a2, UPPER_HALF).rearrange(HALF));
    s = s.blend(u, UPPER_QUARTER).add(u.blend(s, UPPER_QUARTER).rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    s = s.add(s.rearrange(SIXTEENTH));
    out[outOffset + row] = s.lane(0);
    out[outOffset + row + apart] = s.lane(8);
    out[outOffset + row + 2 * apart] = s.lane(4);
    out[outOffset + row + 3 * apart] = s.lane(12);
  }

  static void f32(
      Matrix weights, int row, int apart, float[] x, int xOffset, float[] out, int outOffset) {
    MemorySegment data = weights.data();
    int columns = weights.columns();
    long w0 = weights.rowOffset(row);
    long w1 = weights.rowOffset(row + apart);
    long w2 = weights.rowOffset(row + 2 * apart);
    long w3 = weights.rowOffset(row + 3 * apart);
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      long at = 4L * i;
      FloatVector ax = FloatVector.fromArray(F, x, xOffset + i);
      a0 = FloatVector.fromMemorySegment(F, data, w0 + at, LITTLE_ENDIAN).fma(ax, a0);
      a1 = FloatVector.fromMemorySegment(F, data, w1 + at, LITTLE_ENDIAN).fma(ax, a1);
      a2 = FloatVector.fromMemorySegment(F, data, w2 + at, LITTLE_ENDIAN).fma(ax, a2);
      a3 = FloatVector.fromMemorySegment(F, data, w3 + at, LITTLE_ENDIAN).fma(ax, a3);
    }
    FloatVector s = a0.blend(a1, UPPER_HALF).add(a1.blend(a0, UPPER_HALF).rearrange(HALF));
    FloatVector u = a2.blend(a3, UPPER_HALF).add(a3.blend(a2, UPPER_HALF).rearrange(HALF));
    s = s.blend(u, UPPER_QUARTER).add(u.blend(s, UPPER_QUARTER).rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    s = s.add(s.rearrange(SIXTEENTH));
    out[outOffset + row] = s.lane(0);
    out[outOffset + row + apart] = s.lane(8);
    out[outOffset + row + 2 * apart] = s.lane(4);
    out[outOffset + row + 3 * apart] = s.lane(12);
  }

  /** One token by rows in scratch. */
  static void one(
      float[] w, int columns, int rows, float[] x, int xOffset, float[] out, int outOffset) {
    int w1 = Math.min(1, rows - 1) * columns;
    int w2 = Math.min(2, rows - 1) * columns;
    int w3 = (rows - 1) * columns;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      FloatVector ax = FloatVector.fromArray(F, x, xOffset + i);
      a0 = FloatVector.fromArray(F, w, i).fma(ax, a0);
      a1 = FloatVector.fromArray(F, w, w1 + i).fma(ax, a1);
      a2 = FloatVector.fromArray(F, w, w2 + i).fma(ax, a2);
      a3 = FloatVector.fromArray(F, w, w3 + i).fma(ax, a3);
    }
    FloatVector s = a0.blend(a1, UPPER_HALF).add(a1.blend(a0, UPPER_HALF).rearrange(HALF));
    FloatVector u = a2.blend(a3, UPPER_HALF).add(a3.blend(a2, UPPER_HALF).rearrange(HALF));
    s = s.blend(u, UPPER_QUARTER).add(u.blend(s, UPPER_QUARTER).rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    s = s.add(s.rearrange(SIXTEENTH));
    out[outOffset] = s.lane(0);
    out[outOffset + Math.min(1, rows - 1)] = s.lane(8);
    out[outOffset + Math.min(2, rows - 1)] = s.lane(4);
    out[outOffset + rows - 1] = s.lane(12);
  }

  /**
   * Four tokens by four rows. The sixteen sums are halved together, a step adds the lanes that stay
   * to their partners, until lane 4t + r has the sum of token t and row r; see {@link Lanes} on
   * helpers.
   */
  static void tile4x4(
      float[] w,
      int columns,
      float[] x,
      int x0,
      int xStride,
      float[] out,
      int outOffset,
      int outStride) {
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    FloatVector b2 = FloatVector.zero(F);
    FloatVector b3 = FloatVector.zero(F);
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    FloatVector c3 = FloatVector.zero(F);
    FloatVector d0 = FloatVector.zero(F);
    FloatVector d1 = FloatVector.zero(F);
    FloatVector d2 = FloatVector.zero(F);
    FloatVector d3 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      FloatVector v0 = FloatVector.fromArray(F, w, i);
      FloatVector v1 = FloatVector.fromArray(F, w, columns + i);
      FloatVector v2 = FloatVector.fromArray(F, w, 2 * columns + i);
      FloatVector v3 = FloatVector.fromArray(F, w, 3 * columns + i);
      FloatVector u0 = FloatVector.fromArray(F, x, x0 + i);
      a0 = v0.fma(u0, a0);
      a1 = v1.fma(u0, a1);
      a2 = v2.fma(u0, a2);
      a3 = v3.fma(u0, a3);
      FloatVector u1 = FloatVector.fromArray(F, x, x0 + xStride + i);
      b0 = v0.fma(u1, b0);
      b1 = v1.fma(u1, b1);
      b2 = v2.fma(u1, b2);
      b3 = v3.fma(u1, b3);
      FloatVector u2 = FloatVector.fromArray(F, x, x0 + 2 * xStride + i);
      c0 = v0.fma(u2, c0);
      c1 = v1.fma(u2, c1);
      c2 = v2.fma(u2, c2);
      c3 = v3.fma(u2, c3);
      FloatVector u3 = FloatVector.fromArray(F, x, x0 + 3 * xStride + i);
      d0 = v0.fma(u3, d0);
      d1 = v1.fma(u3, d1);
      d2 = v2.fma(u3, d2);
      d3 = v3.fma(u3, d3);
    }
    a0 = a0.blend(c0, UPPER_HALF).add(c0.blend(a0, UPPER_HALF).rearrange(HALF));
    a1 = a1.blend(c1, UPPER_HALF).add(c1.blend(a1, UPPER_HALF).rearrange(HALF));
    a2 = a2.blend(c2, UPPER_HALF).add(c2.blend(a2, UPPER_HALF).rearrange(HALF));
    a3 = a3.blend(c3, UPPER_HALF).add(c3.blend(a3, UPPER_HALF).rearrange(HALF));
    b0 = b0.blend(d0, UPPER_HALF).add(d0.blend(b0, UPPER_HALF).rearrange(HALF));
    b1 = b1.blend(d1, UPPER_HALF).add(d1.blend(b1, UPPER_HALF).rearrange(HALF));
    b2 = b2.blend(d2, UPPER_HALF).add(d2.blend(b2, UPPER_HALF).rearrange(HALF));
    b3 = b3.blend(d3, UPPER_HALF).add(d3.blend(b3, UPPER_HALF).rearrange(HALF));
    a0 = a0.blend(b0, UPPER_QUARTER).add(b0.blend(a0, UPPER_QUARTER).rearrange(QUARTER));
    a1 = a1.blend(b1, UPPER_QUARTER).add(b1.blend(a1, UPPER_QUARTER).rearrange(QUARTER));
    a2 = a2.blend(b2, UPPER_QUARTER).add(b2.blend(a2, UPPER_QUARTER).rearrange(QUARTER));
    a3 = a3.blend(b3, UPPER_QUARTER).add(b3.blend(a3, UPPER_QUARTER).rearrange(QUARTER));
    a0 = a0.blend(a2, UPPER_EIGHTH).add(a2.blend(a0, UPPER_EIGHTH).rearrange(EIGHTH));
    a1 = a1.blend(a3, UPPER_EIGHTH).add(a3.blend(a1, UPPER_EIGHTH).rearrange(EIGHTH));
    a0 = a0.blend(a1, UPPER_SIXTEENTH).add(a1.blend(a0, UPPER_SIXTEENTH).rearrange(SIXTEENTH));
    a0.reinterpretShape(FloatVector.SPECIES_128, 0).reinterpretAsFloats().intoArray(out, outOffset);
    a0.rearrange(QUARTER)
        .reinterpretShape(FloatVector.SPECIES_128, 0)
        .reinterpretAsFloats()
        .intoArray(out, outOffset + outStride);
    a0.rearrange(HALF)
        .reinterpretShape(FloatVector.SPECIES_128, 0)
        .reinterpretAsFloats()
        .intoArray(out, outOffset + 2 * outStride);
    a0.rearrange(THREE_QUARTERS)
        .reinterpretShape(FloatVector.SPECIES_128, 0)
        .reinterpretAsFloats()
        .intoArray(out, outOffset + 3 * outStride);
  }

  static void tile2x4(
      float[] w,
      int columns,
      float[] x,
      int x0,
      int xStride,
      float[] out,
      int outOffset,
      int outStride) {
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector a2 = FloatVector.zero(F);
    FloatVector a3 = FloatVector.zero(F);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    FloatVector b2 = FloatVector.zero(F);
    FloatVector b3 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      FloatVector v0 = FloatVector.fromArray(F, w, i);
      FloatVector v1 = FloatVector.fromArray(F, w, columns + i);
      FloatVector v2 = FloatVector.fromArray(F, w, 2 * columns + i);
      FloatVector v3 = FloatVector.fromArray(F, w, 3 * columns + i);
      FloatVector u0 = FloatVector.fromArray(F, x, x0 + i);
      a0 = v0.fma(u0, a0);
      a1 = v1.fma(u0, a1);
      a2 = v2.fma(u0, a2);
      a3 = v3.fma(u0, a3);
      FloatVector u1 = FloatVector.fromArray(F, x, x0 + xStride + i);
      b0 = v0.fma(u1, b0);
      b1 = v1.fma(u1, b1);
      b2 = v2.fma(u1, b2);
      b3 = v3.fma(u1, b3);
    }
    a0 = a0.blend(b0, UPPER_HALF).add(b0.blend(a0, UPPER_HALF).rearrange(HALF));
    a1 = a1.blend(b1, UPPER_HALF).add(b1.blend(a1, UPPER_HALF).rearrange(HALF));
    a2 = a2.blend(b2, UPPER_HALF).add(b2.blend(a2, UPPER_HALF).rearrange(HALF));
    a3 = a3.blend(b3, UPPER_HALF).add(b3.blend(a3, UPPER_HALF).rearrange(HALF));
    a0 = a0.blend(a2, UPPER_QUARTER).add(a2.blend(a0, UPPER_QUARTER).rearrange(QUARTER));
    a1 = a1.blend(a3, UPPER_QUARTER).add(a3.blend(a1, UPPER_QUARTER).rearrange(QUARTER));
    a0 = a0.blend(a1, UPPER_EIGHTH).add(a1.blend(a0, UPPER_EIGHTH).rearrange(EIGHTH));
    a0 = a0.add(a0.rearrange(SIXTEENTH));
    out[outOffset] = a0.lane(0);
    out[outOffset + 1] = a0.lane(2);
    out[outOffset + 2] = a0.lane(4);
    out[outOffset + 3] = a0.lane(6);
    out[outOffset + outStride] = a0.lane(8);
    out[outOffset + outStride + 1] = a0.lane(10);
    out[outOffset + outStride + 2] = a0.lane(12);
    out[outOffset + outStride + 3] = a0.lane(14);
  }
}
