package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.F;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Few rows by panels of f32, read where they lie: {@link DirectBf16} with the two vectors of a
 * stream sixteen elements apart.
 */
final class DirectF32 {
  /** Bytes from one input to the next. */
  private static final long ROW = 128;

  private static final long UPPER = 64;

  /** Elements from a stream's first vector of outputs to its second. */
  private static final int APART = 16;

  private DirectF32() {}

  /** One row by four streams. */
  static void one(
      MemorySegment data,
      long p0,
      long p1,
      long p2,
      long p3,
      int n,
      float[] x,
      int xAt,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3) {
    FloatVector a0 = FloatVector.fromArray(F, out, o0);
    FloatVector a1 = FloatVector.fromArray(F, out, o0 + APART);
    FloatVector b0 = FloatVector.fromArray(F, out, o1);
    FloatVector b1 = FloatVector.fromArray(F, out, o1 + APART);
    FloatVector c0 = FloatVector.fromArray(F, out, o2);
    FloatVector c1 = FloatVector.fromArray(F, out, o2 + APART);
    FloatVector d0 = FloatVector.fromArray(F, out, o3);
    FloatVector d1 = FloatVector.fromArray(F, out, o3 + APART);
    for (int k = 0; k < n; k++) {
      long at = k * ROW;
      FloatVector u = FloatVector.broadcast(F, x[xAt + k]);
      a0 = FloatVector.fromMemorySegment(F, data, p0 + at, LITTLE_ENDIAN).fma(u, a0);
      a1 = FloatVector.fromMemorySegment(F, data, p0 + UPPER + at, LITTLE_ENDIAN).fma(u, a1);
      b0 = FloatVector.fromMemorySegment(F, data, p1 + at, LITTLE_ENDIAN).fma(u, b0);
      b1 = FloatVector.fromMemorySegment(F, data, p1 + UPPER + at, LITTLE_ENDIAN).fma(u, b1);
      c0 = FloatVector.fromMemorySegment(F, data, p2 + at, LITTLE_ENDIAN).fma(u, c0);
      c1 = FloatVector.fromMemorySegment(F, data, p2 + UPPER + at, LITTLE_ENDIAN).fma(u, c1);
      d0 = FloatVector.fromMemorySegment(F, data, p3 + at, LITTLE_ENDIAN).fma(u, d0);
      d1 = FloatVector.fromMemorySegment(F, data, p3 + UPPER + at, LITTLE_ENDIAN).fma(u, d1);
    }
    a0.intoArray(out, o0);
    a1.intoArray(out, o0 + APART);
    b0.intoArray(out, o1);
    b1.intoArray(out, o1 + APART);
    c0.intoArray(out, o2);
    c1.intoArray(out, o2 + APART);
    d0.intoArray(out, o3);
    d1.intoArray(out, o3 + APART);
  }

  /** Two rows by two streams; the second row's outputs stand {@code rowStride} further on. */
  static void two(
      MemorySegment data,
      long p0,
      long p1,
      int n,
      float[] x,
      int xAt,
      int xStride,
      float[] out,
      int o0,
      int o1,
      int outStride) {
    int y = xAt + xStride;
    int q0 = o0 + outStride;
    int q1 = o1 + outStride;
    FloatVector a0 = FloatVector.fromArray(F, out, o0);
    FloatVector a1 = FloatVector.fromArray(F, out, o0 + APART);
    FloatVector b0 = FloatVector.fromArray(F, out, o1);
    FloatVector b1 = FloatVector.fromArray(F, out, o1 + APART);
    FloatVector c0 = FloatVector.fromArray(F, out, q0);
    FloatVector c1 = FloatVector.fromArray(F, out, q0 + APART);
    FloatVector d0 = FloatVector.fromArray(F, out, q1);
    FloatVector d1 = FloatVector.fromArray(F, out, q1 + APART);
    for (int k = 0; k < n; k++) {
      long at = k * ROW;
      FloatVector u = FloatVector.broadcast(F, x[xAt + k]);
      FloatVector v = FloatVector.broadcast(F, x[y + k]);
      FloatVector low0 = FloatVector.fromMemorySegment(F, data, p0 + at, LITTLE_ENDIAN);
      FloatVector high0 = FloatVector.fromMemorySegment(F, data, p0 + UPPER + at, LITTLE_ENDIAN);
      a0 = low0.fma(u, a0);
      a1 = high0.fma(u, a1);
      c0 = low0.fma(v, c0);
      c1 = high0.fma(v, c1);
      FloatVector low1 = FloatVector.fromMemorySegment(F, data, p1 + at, LITTLE_ENDIAN);
      FloatVector high1 = FloatVector.fromMemorySegment(F, data, p1 + UPPER + at, LITTLE_ENDIAN);
      b0 = low1.fma(u, b0);
      b1 = high1.fma(u, b1);
      d0 = low1.fma(v, d0);
      d1 = high1.fma(v, d1);
    }
    a0.intoArray(out, o0);
    a1.intoArray(out, o0 + APART);
    b0.intoArray(out, o1);
    b1.intoArray(out, o1 + APART);
    c0.intoArray(out, q0);
    c1.intoArray(out, q0 + APART);
    d0.intoArray(out, q1);
    d1.intoArray(out, q1 + APART);
  }
}
