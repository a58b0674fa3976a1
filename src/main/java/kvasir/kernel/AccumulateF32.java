package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * The register tiles of {@link AccumulateVector} over f32 values: rows of out by vectors of
 * columns. A class for each type, as C2 boxes a vector that is loaded in one of several branches.
 */
final class AccumulateF32 {
  private static final long STEP = (long) W * DType.F32.bytes();

  private AccumulateF32() {}

  static void one(
      Matrix values,
      int column,
      int from,
      int to,
      float[] p,
      int pOffset,
      float[] out,
      int outOffset) {
    MemorySegment data = values.data();
    long row = (long) values.columns() * 4;
    long at = values.rowOffset(from) + (long) column * 4;
    FloatVector sum = FloatVector.fromArray(F, out, outOffset);
    for (int i = from; i < to; i++) {
      sum =
          FloatVector.fromMemorySegment(F, data, at, LITTLE_ENDIAN)
              .fma(FloatVector.broadcast(F, p[pOffset + i]), sum);
      at += row;
    }
    sum.intoArray(out, outOffset);
  }

  /** Two rows, or one twice, by four vectors. */
  static void two(
      Matrix values,
      int column,
      int from,
      int to,
      float[] p,
      int p0,
      int p1,
      float[] out,
      int out0,
      int out1) {
    MemorySegment data = values.data();
    long row = (long) values.columns() * 4;
    long at = values.rowOffset(from) + (long) column * 4;
    FloatVector a0 = FloatVector.fromArray(F, out, out0);
    FloatVector b0 = FloatVector.fromArray(F, out, out0 + W);
    FloatVector c0 = FloatVector.fromArray(F, out, out0 + 2 * W);
    FloatVector d0 = FloatVector.fromArray(F, out, out0 + 3 * W);
    FloatVector a1 = FloatVector.fromArray(F, out, out1);
    FloatVector b1 = FloatVector.fromArray(F, out, out1 + W);
    FloatVector c1 = FloatVector.fromArray(F, out, out1 + 2 * W);
    FloatVector d1 = FloatVector.fromArray(F, out, out1 + 3 * W);
    for (int i = from; i < to; i++) {
      FloatVector u0 = FloatVector.broadcast(F, p[p0 + i]);
      FloatVector u1 = FloatVector.broadcast(F, p[p1 + i]);
      FloatVector va = FloatVector.fromMemorySegment(F, data, at, LITTLE_ENDIAN);
      a0 = va.fma(u0, a0);
      a1 = va.fma(u1, a1);
      FloatVector vb = FloatVector.fromMemorySegment(F, data, at + STEP, LITTLE_ENDIAN);
      b0 = vb.fma(u0, b0);
      b1 = vb.fma(u1, b1);
      FloatVector vc = FloatVector.fromMemorySegment(F, data, at + 2 * STEP, LITTLE_ENDIAN);
      c0 = vc.fma(u0, c0);
      c1 = vc.fma(u1, c1);
      FloatVector vd = FloatVector.fromMemorySegment(F, data, at + 3 * STEP, LITTLE_ENDIAN);
      d0 = vd.fma(u0, d0);
      d1 = vd.fma(u1, d1);
      at += row;
    }
    a0.intoArray(out, out0);
    b0.intoArray(out, out0 + W);
    c0.intoArray(out, out0 + 2 * W);
    d0.intoArray(out, out0 + 3 * W);
    a1.intoArray(out, out1);
    b1.intoArray(out, out1 + W);
    c1.intoArray(out, out1 + 2 * W);
    d1.intoArray(out, out1 + 3 * W);
  }

  /** Four rows, or three and the last of them twice, by two vectors. */
  static void four(
      Matrix values,
      int column,
      int from,
      int to,
      int rows,
      float[] p,
      int p0,
      int pStride,
      float[] out,
      int out0,
      int outStride) {
    MemorySegment data = values.data();
    long row = (long) values.columns() * 4;
    long at = values.rowOffset(from) + (long) column * 4;
    int p1 = p0 + pStride;
    int p2 = p1 + pStride;
    int p3 = p0 + (rows - 1) * pStride;
    int out1 = out0 + outStride;
    int out2 = out1 + outStride;
    int out3 = out0 + (rows - 1) * outStride;
    FloatVector a0 = FloatVector.fromArray(F, out, out0);
    FloatVector b0 = FloatVector.fromArray(F, out, out0 + W);
    FloatVector a1 = FloatVector.fromArray(F, out, out1);
    FloatVector b1 = FloatVector.fromArray(F, out, out1 + W);
    FloatVector a2 = FloatVector.fromArray(F, out, out2);
    FloatVector b2 = FloatVector.fromArray(F, out, out2 + W);
    FloatVector a3 = FloatVector.fromArray(F, out, out3);
    FloatVector b3 = FloatVector.fromArray(F, out, out3 + W);
    for (int i = from; i < to; i++) {
      FloatVector va = FloatVector.fromMemorySegment(F, data, at, LITTLE_ENDIAN);
      FloatVector vb = FloatVector.fromMemorySegment(F, data, at + STEP, LITTLE_ENDIAN);
      FloatVector u0 = FloatVector.broadcast(F, p[p0 + i]);
      a0 = va.fma(u0, a0);
      b0 = vb.fma(u0, b0);
      FloatVector u1 = FloatVector.broadcast(F, p[p1 + i]);
      a1 = va.fma(u1, a1);
      b1 = vb.fma(u1, b1);
      FloatVector u2 = FloatVector.broadcast(F, p[p2 + i]);
      a2 = va.fma(u2, a2);
      b2 = vb.fma(u2, b2);
      FloatVector u3 = FloatVector.broadcast(F, p[p3 + i]);
      a3 = va.fma(u3, a3);
      b3 = vb.fma(u3, b3);
      at += row;
    }
    a0.intoArray(out, out0);
    b0.intoArray(out, out0 + W);
    a1.intoArray(out, out1);
    b1.intoArray(out, out1 + W);
    a2.intoArray(out, out2);
    b2.intoArray(out, out2 + W);
    a3.intoArray(out, out3);
    b3.intoArray(out, out3 + W);
  }
}
