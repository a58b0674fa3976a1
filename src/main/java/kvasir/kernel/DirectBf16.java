package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Product of a few rows with panels of bf16, read in place. A stream is one vector of 32-bit
 * integers from a panel's row for each input; its low halves are outputs from {@code o} on, its
 * high halves those from {@code o + 16} on. Both are added to {@code out}, input by input in
 * ascending order.
 *
 * <p>Parameters of all methods:
 *
 * <pre>
 *   data, p0..p3         panels, and the byte offset of each stream's first vector
 *   n                    number of inputs
 *   x, xOffset, xStride  activations, offset of the first row, elements to the next row
 *   out, o0..o3          outputs, and the offset of each stream's first output in the first row
 *   outStride            elements from the first row's outputs to the second row's
 * </pre>
 */
final class DirectBf16 {
  /** Bytes from one input's row in a panel to the next. */
  private static final long ROW = 64;

  private static final int HIGH = 0xffff0000;

  /** Elements from a stream's first vector of outputs to its second. */
  private static final int APART = 16;

  private DirectBf16() {}

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
    Memory.check(data, p0, n, ROW);
    Memory.check(data, p1, n, ROW);
    Memory.check(data, p2, n, ROW);
    Memory.check(data, p3, n, ROW);
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
      IntVector a = IntVector.fromMemorySegment(I, Memory.ALL, p0 + at, LITTLE_ENDIAN);
      a0 = a.lanewise(LSHL, 16).reinterpretAsFloats().fma(u, a0);
      a1 = a.and(HIGH).reinterpretAsFloats().fma(u, a1);
      IntVector b = IntVector.fromMemorySegment(I, Memory.ALL, p1 + at, LITTLE_ENDIAN);
      b0 = b.lanewise(LSHL, 16).reinterpretAsFloats().fma(u, b0);
      b1 = b.and(HIGH).reinterpretAsFloats().fma(u, b1);
      IntVector c = IntVector.fromMemorySegment(I, Memory.ALL, p2 + at, LITTLE_ENDIAN);
      c0 = c.lanewise(LSHL, 16).reinterpretAsFloats().fma(u, c0);
      c1 = c.and(HIGH).reinterpretAsFloats().fma(u, c1);
      IntVector d = IntVector.fromMemorySegment(I, Memory.ALL, p3 + at, LITTLE_ENDIAN);
      d0 = d.lanewise(LSHL, 16).reinterpretAsFloats().fma(u, d0);
      d1 = d.and(HIGH).reinterpretAsFloats().fma(u, d1);
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
    Memory.check(data, p0, n, ROW);
    Memory.check(data, p1, n, ROW);
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
      IntVector w0 = IntVector.fromMemorySegment(I, Memory.ALL, p0 + at, LITTLE_ENDIAN);
      FloatVector low0 = w0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector high0 = w0.and(HIGH).reinterpretAsFloats();
      a0 = low0.fma(u, a0);
      a1 = high0.fma(u, a1);
      c0 = low0.fma(v, c0);
      c1 = high0.fma(v, c1);
      IntVector w1 = IntVector.fromMemorySegment(I, Memory.ALL, p1 + at, LITTLE_ENDIAN);
      FloatVector low1 = w1.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector high1 = w1.and(HIGH).reinterpretAsFloats();
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
    Memory.check(data, p0, n, ROW);
    Memory.check(data, p1, n, ROW);
    Memory.check(data, p2, n, ROW);
    Memory.check(data, p3, n, ROW);
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
      IntVector a = IntVector.fromMemorySegment(I, Memory.ALL, p0 + at, LITTLE_ENDIAN);
      FloatVector aLow = a.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector aHigh = a.and(HIGH).reinterpretAsFloats();
      a0 = aLow.fma(u, a0);
      a1 = aHigh.fma(u, a1);
      a2 = aLow.fma(v, a2);
      a3 = aHigh.fma(v, a3);
      IntVector b = IntVector.fromMemorySegment(I, Memory.ALL, p1 + at, LITTLE_ENDIAN);
      FloatVector bLow = b.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector bHigh = b.and(HIGH).reinterpretAsFloats();
      b0 = bLow.fma(u, b0);
      b1 = bHigh.fma(u, b1);
      b2 = bLow.fma(v, b2);
      b3 = bHigh.fma(v, b3);
      IntVector c = IntVector.fromMemorySegment(I, Memory.ALL, p2 + at, LITTLE_ENDIAN);
      FloatVector cLow = c.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector cHigh = c.and(HIGH).reinterpretAsFloats();
      c0 = cLow.fma(u, c0);
      c1 = cHigh.fma(u, c1);
      c2 = cLow.fma(v, c2);
      c3 = cHigh.fma(v, c3);
      IntVector d = IntVector.fromMemorySegment(I, Memory.ALL, p3 + at, LITTLE_ENDIAN);
      FloatVector dLow = d.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector dHigh = d.and(HIGH).reinterpretAsFloats();
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
