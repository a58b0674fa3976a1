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
import static kvasir.kernel.Lanes.UPPER_HALF;
import static kvasir.kernel.Lanes.UPPER_QUARTER;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import kvasir.tensor.Matrix;

/**
 * Register tiles of dot products, a sum in two vectors: a has the lanes 0 to 7, b 8 to 15.
 *
 * <p>{@code bf16} and {@code f32} read two rows where they lie, {@code apart} rows from each other;
 * the others read rows that are widened in scratch. Two rows, as with four C2 gives up inlining and
 * boxes.
 */
final class Dot256 {
  private Dot256() {}

  static void bf16(
      Matrix weights, int row, int apart, float[] x, int xOffset, float[] out, int outOffset) {
    MemorySegment data = weights.data();
    int columns = weights.columns();
    long w0 = weights.rowOffset(row);
    long w1 = weights.rowOffset(row + apart);
    FloatVector a0 = FloatVector.zero(F);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      long at = 2L * i;
      FloatVector ax = FloatVector.fromArray(F, x, xOffset + i);
      FloatVector bx = FloatVector.fromArray(F, x, xOffset + i + 8);
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
      b0 =
          ShortVector.fromMemorySegment(S, data, w0 + at + 16, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, I, 0)
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(bx, b0);
      b1 =
          ShortVector.fromMemorySegment(S, data, w1 + at + 16, LITTLE_ENDIAN)
              .convertShape(ZERO_EXTEND_S2I, I, 0)
              .lanewise(LSHL, 16)
              .reinterpretAsFloats()
              .fma(bx, b1);
    }
    FloatVector s = a0.add(b0);
    FloatVector u = a1.add(b1);
    s = s.blend(u, UPPER_HALF).add(u.blend(s, UPPER_HALF).rearrange(HALF));
    s = s.add(s.rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    out[outOffset + row] = s.lane(0);
    out[outOffset + row + apart] = s.lane(4);
  }

  static void f32(
      Matrix weights, int row, int apart, float[] x, int xOffset, float[] out, int outOffset) {
    MemorySegment data = weights.data();
    int columns = weights.columns();
    long w0 = weights.rowOffset(row);
    long w1 = weights.rowOffset(row + apart);
    FloatVector a0 = FloatVector.zero(F);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      long at = 4L * i;
      FloatVector ax = FloatVector.fromArray(F, x, xOffset + i);
      FloatVector bx = FloatVector.fromArray(F, x, xOffset + i + 8);
      a0 = FloatVector.fromMemorySegment(F, data, w0 + at, LITTLE_ENDIAN).fma(ax, a0);
      a1 = FloatVector.fromMemorySegment(F, data, w1 + at, LITTLE_ENDIAN).fma(ax, a1);
      b0 = FloatVector.fromMemorySegment(F, data, w0 + at + 32, LITTLE_ENDIAN).fma(bx, b0);
      b1 = FloatVector.fromMemorySegment(F, data, w1 + at + 32, LITTLE_ENDIAN).fma(bx, b1);
    }
    FloatVector s = a0.add(b0);
    FloatVector u = a1.add(b1);
    s = s.blend(u, UPPER_HALF).add(u.blend(s, UPPER_HALF).rearrange(HALF));
    s = s.add(s.rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    out[outOffset + row] = s.lane(0);
    out[outOffset + row + apart] = s.lane(4);
  }

  /** One token by two rows in scratch. */
  static void one(
      float[] w,
      int w0,
      int w1,
      int columns,
      float[] x,
      int xOffset,
      float[] out,
      int out0,
      int out1) {
    FloatVector a0 = FloatVector.zero(F);
    FloatVector b0 = FloatVector.zero(F);
    FloatVector a1 = FloatVector.zero(F);
    FloatVector b1 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      FloatVector ax = FloatVector.fromArray(F, x, xOffset + i);
      FloatVector bx = FloatVector.fromArray(F, x, xOffset + i + 8);
      a0 = FloatVector.fromArray(F, w, w0 + i).fma(ax, a0);
      a1 = FloatVector.fromArray(F, w, w1 + i).fma(ax, a1);
      b0 = FloatVector.fromArray(F, w, w0 + i + 8).fma(bx, b0);
      b1 = FloatVector.fromArray(F, w, w1 + i + 8).fma(bx, b1);
    }
    FloatVector s = a0.add(b0);
    FloatVector u = a1.add(b1);
    s = s.blend(u, UPPER_HALF).add(u.blend(s, UPPER_HALF).rearrange(HALF));
    s = s.add(s.rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    out[out0] = s.lane(0);
    out[out1] = s.lane(4);
  }

  /** Two tokens by four rows, as two tiles of 2 x 2: AVX2 has sixteen registers. */
  static void tile2x4(
      float[] w,
      int columns,
      int rows,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int outOffset,
      int outStride) {
    for (int r = 0; r < rows; r += 2) {
      int second = Math.min(r + 1, rows - 1);
      tile2x2(
          w,
          r * columns,
          second * columns,
          columns,
          x,
          xOffset,
          xOffset + xStride,
          out,
          outOffset + r,
          second - r,
          outStride);
    }
  }

  private static void tile2x2(
      float[] w,
      int w0,
      int w1,
      int columns,
      float[] x,
      int x0,
      int x1,
      float[] out,
      int outOffset,
      int second,
      int outStride) {
    FloatVector a00 = FloatVector.zero(F);
    FloatVector b00 = FloatVector.zero(F);
    FloatVector a01 = FloatVector.zero(F);
    FloatVector b01 = FloatVector.zero(F);
    FloatVector a10 = FloatVector.zero(F);
    FloatVector b10 = FloatVector.zero(F);
    FloatVector a11 = FloatVector.zero(F);
    FloatVector b11 = FloatVector.zero(F);
    for (int i = 0; i < columns; i += 16) {
      FloatVector aw0 = FloatVector.fromArray(F, w, w0 + i);
      FloatVector aw1 = FloatVector.fromArray(F, w, w1 + i);
      FloatVector ax0 = FloatVector.fromArray(F, x, x0 + i);
      a00 = aw0.fma(ax0, a00);
      a01 = aw1.fma(ax0, a01);
      FloatVector ax1 = FloatVector.fromArray(F, x, x1 + i);
      a10 = aw0.fma(ax1, a10);
      a11 = aw1.fma(ax1, a11);
      FloatVector bw0 = FloatVector.fromArray(F, w, w0 + i + 8);
      FloatVector bw1 = FloatVector.fromArray(F, w, w1 + i + 8);
      FloatVector bx0 = FloatVector.fromArray(F, x, x0 + i + 8);
      b00 = bw0.fma(bx0, b00);
      b01 = bw1.fma(bx0, b01);
      FloatVector bx1 = FloatVector.fromArray(F, x, x1 + i + 8);
      b10 = bw0.fma(bx1, b10);
      b11 = bw1.fma(bx1, b11);
    }
    a00 = a00.add(b00);
    a01 = a01.add(b01);
    a10 = a10.add(b10);
    a11 = a11.add(b11);
    FloatVector s = a00.blend(a01, UPPER_HALF).add(a01.blend(a00, UPPER_HALF).rearrange(HALF));
    FloatVector u = a10.blend(a11, UPPER_HALF).add(a11.blend(a10, UPPER_HALF).rearrange(HALF));
    s = s.blend(u, UPPER_QUARTER).add(u.blend(s, UPPER_QUARTER).rearrange(QUARTER));
    s = s.add(s.rearrange(EIGHTH));
    out[outOffset] = s.lane(0);
    out[outOffset + second] = s.lane(4);
    out[outOffset + outStride] = s.lane(2);
    out[outOffset + outStride + second] = s.lane(6);
  }
}
