package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.F;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Product of a few rows with panels of f32, read in place. A stream is two vectors, sixteen
 * elements apart, of a panel's row for each input. Parameters are those of {@link DirectBf16}.
 */
final class DirectF32 {
  /** Bytes from one input's row in a panel to the next. */
  private static final long ROW = 128;

  /** Bytes from a stream's first vector to its second. */
  private static final long UPPER = 64;

  /** Elements from a stream's first vector of outputs to its second. */
  private static final int APART = 16;

  private DirectF32() {}

  /** Checks the bounds of both vectors of a stream in n rows. */
  private static void check(MemorySegment data, long stream, int n) {
    Memory.check(data, stream, n, ROW);
    Memory.check(data, stream + UPPER, n, ROW);
  }

  /** Multiplies one row by four streams. */
  static void oneByFour(
      MemorySegment data,
      long p0,
      long p1,
      long p2,
      long p3,
      int n,
      float[] x,
      int xOffset,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3) {
    check(data, p0, n);
    check(data, p1, n);
    check(data, p2, n);
    check(data, p3, n);
    long start = Memory.start(data);
    FloatVector a0 = FloatVector.fromArray(F, out, o0);
    FloatVector a1 = FloatVector.fromArray(F, out, o0 + APART);
    FloatVector b0 = FloatVector.fromArray(F, out, o1);
    FloatVector b1 = FloatVector.fromArray(F, out, o1 + APART);
    FloatVector c0 = FloatVector.fromArray(F, out, o2);
    FloatVector c1 = FloatVector.fromArray(F, out, o2 + APART);
    FloatVector d0 = FloatVector.fromArray(F, out, o3);
    FloatVector d1 = FloatVector.fromArray(F, out, o3 + APART);
    for (int k = 0; k < n; k++) {
      long at = start + k * ROW;
      FloatVector u = FloatVector.broadcast(F, x[xOffset + k]);
      a0 = FloatVector.fromMemorySegment(F, Memory.ALL, p0 + at, LITTLE_ENDIAN).fma(u, a0);
      a1 = FloatVector.fromMemorySegment(F, Memory.ALL, p0 + UPPER + at, LITTLE_ENDIAN).fma(u, a1);
      b0 = FloatVector.fromMemorySegment(F, Memory.ALL, p1 + at, LITTLE_ENDIAN).fma(u, b0);
      b1 = FloatVector.fromMemorySegment(F, Memory.ALL, p1 + UPPER + at, LITTLE_ENDIAN).fma(u, b1);
      c0 = FloatVector.fromMemorySegment(F, Memory.ALL, p2 + at, LITTLE_ENDIAN).fma(u, c0);
      c1 = FloatVector.fromMemorySegment(F, Memory.ALL, p2 + UPPER + at, LITTLE_ENDIAN).fma(u, c1);
      d0 = FloatVector.fromMemorySegment(F, Memory.ALL, p3 + at, LITTLE_ENDIAN).fma(u, d0);
      d1 = FloatVector.fromMemorySegment(F, Memory.ALL, p3 + UPPER + at, LITTLE_ENDIAN).fma(u, d1);
    }
    a0.intoArray(out, o0);
    a1.intoArray(out, o0 + APART);
    b0.intoArray(out, o1);
    b1.intoArray(out, o1 + APART);
    c0.intoArray(out, o2);
    c1.intoArray(out, o2 + APART);
    d0.intoArray(out, o3);
    d1.intoArray(out, o3 + APART);
    Memory.keep(data);
  }

  /** Multiplies two rows by two streams. */
  static void twoByTwo(
      MemorySegment data,
      long p0,
      long p1,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int o0,
      int o1,
      int outStride) {
    check(data, p0, n);
    check(data, p1, n);
    long start = Memory.start(data);
    int y = xOffset + xStride;
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
      long at = start + k * ROW;
      FloatVector u = FloatVector.broadcast(F, x[xOffset + k]);
      FloatVector v = FloatVector.broadcast(F, x[y + k]);
      FloatVector low0 = FloatVector.fromMemorySegment(F, Memory.ALL, p0 + at, LITTLE_ENDIAN);
      FloatVector high0 =
          FloatVector.fromMemorySegment(F, Memory.ALL, p0 + UPPER + at, LITTLE_ENDIAN);
      a0 = low0.fma(u, a0);
      a1 = high0.fma(u, a1);
      c0 = low0.fma(v, c0);
      c1 = high0.fma(v, c1);
      FloatVector low1 = FloatVector.fromMemorySegment(F, Memory.ALL, p1 + at, LITTLE_ENDIAN);
      FloatVector high1 =
          FloatVector.fromMemorySegment(F, Memory.ALL, p1 + UPPER + at, LITTLE_ENDIAN);
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
    Memory.keep(data);
  }

  /** Multiplies two rows by four streams, for machines with 32 vector registers. */
  static void twoByFour(
      MemorySegment data,
      long p0,
      long p1,
      long p2,
      long p3,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3,
      int outStride) {
    check(data, p0, n);
    check(data, p1, n);
    check(data, p2, n);
    check(data, p3, n);
    long start = Memory.start(data);
    int y = xOffset + xStride;
    int q0 = o0 + outStride;
    int q1 = o1 + outStride;
    int q2 = o2 + outStride;
    int q3 = o3 + outStride;
    FloatVector a0 = FloatVector.fromArray(F, out, o0);
    FloatVector a1 = FloatVector.fromArray(F, out, o0 + APART);
    FloatVector a2 = FloatVector.fromArray(F, out, q0);
    FloatVector a3 = FloatVector.fromArray(F, out, q0 + APART);
    FloatVector b0 = FloatVector.fromArray(F, out, o1);
    FloatVector b1 = FloatVector.fromArray(F, out, o1 + APART);
    FloatVector b2 = FloatVector.fromArray(F, out, q1);
    FloatVector b3 = FloatVector.fromArray(F, out, q1 + APART);
    FloatVector c0 = FloatVector.fromArray(F, out, o2);
    FloatVector c1 = FloatVector.fromArray(F, out, o2 + APART);
    FloatVector c2 = FloatVector.fromArray(F, out, q2);
    FloatVector c3 = FloatVector.fromArray(F, out, q2 + APART);
    FloatVector d0 = FloatVector.fromArray(F, out, o3);
    FloatVector d1 = FloatVector.fromArray(F, out, o3 + APART);
    FloatVector d2 = FloatVector.fromArray(F, out, q3);
    FloatVector d3 = FloatVector.fromArray(F, out, q3 + APART);
    for (int k = 0; k < n; k++) {
      long at = start + k * ROW;
      FloatVector u = FloatVector.broadcast(F, x[xOffset + k]);
      FloatVector v = FloatVector.broadcast(F, x[y + k]);
      FloatVector aLow = FloatVector.fromMemorySegment(F, Memory.ALL, p0 + at, LITTLE_ENDIAN);
      FloatVector aHigh =
          FloatVector.fromMemorySegment(F, Memory.ALL, p0 + UPPER + at, LITTLE_ENDIAN);
      a0 = aLow.fma(u, a0);
      a1 = aHigh.fma(u, a1);
      a2 = aLow.fma(v, a2);
      a3 = aHigh.fma(v, a3);
      FloatVector bLow = FloatVector.fromMemorySegment(F, Memory.ALL, p1 + at, LITTLE_ENDIAN);
      FloatVector bHigh =
          FloatVector.fromMemorySegment(F, Memory.ALL, p1 + UPPER + at, LITTLE_ENDIAN);
      b0 = bLow.fma(u, b0);
      b1 = bHigh.fma(u, b1);
      b2 = bLow.fma(v, b2);
      b3 = bHigh.fma(v, b3);
      FloatVector cLow = FloatVector.fromMemorySegment(F, Memory.ALL, p2 + at, LITTLE_ENDIAN);
      FloatVector cHigh =
          FloatVector.fromMemorySegment(F, Memory.ALL, p2 + UPPER + at, LITTLE_ENDIAN);
      c0 = cLow.fma(u, c0);
      c1 = cHigh.fma(u, c1);
      c2 = cLow.fma(v, c2);
      c3 = cHigh.fma(v, c3);
      FloatVector dLow = FloatVector.fromMemorySegment(F, Memory.ALL, p3 + at, LITTLE_ENDIAN);
      FloatVector dHigh =
          FloatVector.fromMemorySegment(F, Memory.ALL, p3 + UPPER + at, LITTLE_ENDIAN);
      d0 = dLow.fma(u, d0);
      d1 = dHigh.fma(u, d1);
      d2 = dLow.fma(v, d2);
      d3 = dHigh.fma(v, d3);
    }
    a0.intoArray(out, o0);
    a1.intoArray(out, o0 + APART);
    a2.intoArray(out, q0);
    a3.intoArray(out, q0 + APART);
    b0.intoArray(out, o1);
    b1.intoArray(out, o1 + APART);
    b2.intoArray(out, q1);
    b3.intoArray(out, q1 + APART);
    c0.intoArray(out, o2);
    c1.intoArray(out, o2 + APART);
    c2.intoArray(out, q2);
    c3.intoArray(out, q2 + APART);
    d0.intoArray(out, o3);
    d1.intoArray(out, o3 + APART);
    d2.intoArray(out, q3);
    d3.intoArray(out, q3 + APART);
    Memory.keep(data);
  }
}
