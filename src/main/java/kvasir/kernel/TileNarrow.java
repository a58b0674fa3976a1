package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Register tile of six rows by two vectors, for vectors of 128 and 256 bits, where a machine may
 * have only 16 registers. It holds 12 sums, two vectors of the panel and one broadcast.
 *
 * <p>It multiplies the sums of row r by a factor and computes {@code c[r, lane] = fma(a[k, r], b[k,
 * lane], c[r, lane])} for k in ascending order. Rows from {@code rows} on are computed from
 * undefined data and stored to the place of the last valid row, which is stored after them.
 */
final class TileNarrow {
  /** Number of rows of the tile. */
  static final int ROWS = 6;

  /** Elements from one k to the next, of both operands. */
  private static final int ROW = 32;

  private TileNarrow() {}

  /**
   * Adds the product of a tile to {@code c}.
   *
   * @param b a panel in f32; the first vector of its first row is at byte {@code bOffset}
   * @param n number of inputs
   * @param a packed rows; the first row of the tile is at {@code aOffset}; the array has 32 floats
   *     beyond its last panel
   * @param c sums; the first row is at {@code cOffset}, the next {@code cStride} elements on
   * @param rows number of valid rows, at least 1
   * @param factors factor of row r at {@code factorOffset + r}
   */
  static void multiply(
      MemorySegment b,
      long bOffset,
      int n,
      float[] a,
      int aOffset,
      float[] c,
      int cOffset,
      int cStride,
      int rows,
      float[] factors,
      int factorOffset) {
    Memory.check(b, bOffset, n, 4L * ROW);
    Memory.check(b, bOffset + 4L * W, n, 4L * ROW);
    long start = Memory.start(b);
    int last = rows - 1;
    int c0 = cOffset;
    int c1 = cOffset + Math.min(1, last) * cStride;
    int c2 = cOffset + Math.min(2, last) * cStride;
    int c3 = cOffset + Math.min(3, last) * cStride;
    int c4 = cOffset + Math.min(4, last) * cStride;
    int c5 = cOffset + Math.min(5, last) * cStride;
    FloatVector l0 = FloatVector.fromArray(F, c, c0);
    FloatVector h0 = FloatVector.fromArray(F, c, c0 + W);
    FloatVector l1 = FloatVector.fromArray(F, c, c1);
    FloatVector h1 = FloatVector.fromArray(F, c, c1 + W);
    FloatVector l2 = FloatVector.fromArray(F, c, c2);
    FloatVector h2 = FloatVector.fromArray(F, c, c2 + W);
    FloatVector l3 = FloatVector.fromArray(F, c, c3);
    FloatVector h3 = FloatVector.fromArray(F, c, c3 + W);
    FloatVector l4 = FloatVector.fromArray(F, c, c4);
    FloatVector h4 = FloatVector.fromArray(F, c, c4 + W);
    FloatVector l5 = FloatVector.fromArray(F, c, c5);
    FloatVector h5 = FloatVector.fromArray(F, c, c5 + W);
    FloatVector f0 = FloatVector.broadcast(F, factors[factorOffset]);
    l0 = l0.mul(f0);
    h0 = h0.mul(f0);
    FloatVector f1 = FloatVector.broadcast(F, factors[factorOffset + 1]);
    l1 = l1.mul(f1);
    h1 = h1.mul(f1);
    FloatVector f2 = FloatVector.broadcast(F, factors[factorOffset + 2]);
    l2 = l2.mul(f2);
    h2 = h2.mul(f2);
    FloatVector f3 = FloatVector.broadcast(F, factors[factorOffset + 3]);
    l3 = l3.mul(f3);
    h3 = h3.mul(f3);
    FloatVector f4 = FloatVector.broadcast(F, factors[factorOffset + 4]);
    l4 = l4.mul(f4);
    h4 = h4.mul(f4);
    FloatVector f5 = FloatVector.broadcast(F, factors[factorOffset + 5]);
    l5 = l5.mul(f5);
    h5 = h5.mul(f5);
    for (int k = 0; k < n; k++) {
      int step = k * ROW;
      long at = start + bOffset + 4L * step;
      int row = aOffset + step;
      FloatVector low = FloatVector.fromMemorySegment(F, Memory.ALL, at, LITTLE_ENDIAN);
      FloatVector high = FloatVector.fromMemorySegment(F, Memory.ALL, at + 4L * W, LITTLE_ENDIAN);
      FloatVector u0 = FloatVector.broadcast(F, a[row]);
      l0 = low.fma(u0, l0);
      h0 = high.fma(u0, h0);
      FloatVector u1 = FloatVector.broadcast(F, a[row + 1]);
      l1 = low.fma(u1, l1);
      h1 = high.fma(u1, h1);
      FloatVector u2 = FloatVector.broadcast(F, a[row + 2]);
      l2 = low.fma(u2, l2);
      h2 = high.fma(u2, h2);
      FloatVector u3 = FloatVector.broadcast(F, a[row + 3]);
      l3 = low.fma(u3, l3);
      h3 = high.fma(u3, h3);
      FloatVector u4 = FloatVector.broadcast(F, a[row + 4]);
      l4 = low.fma(u4, l4);
      h4 = high.fma(u4, h4);
      FloatVector u5 = FloatVector.broadcast(F, a[row + 5]);
      l5 = low.fma(u5, l5);
      h5 = high.fma(u5, h5);
    }
    l5.intoArray(c, c5);
    h5.intoArray(c, c5 + W);
    l4.intoArray(c, c4);
    h4.intoArray(c, c4 + W);
    l3.intoArray(c, c3);
    h3.intoArray(c, c3 + W);
    l2.intoArray(c, c2);
    h2.intoArray(c, c2 + W);
    l1.intoArray(c, c1);
    h1.intoArray(c, c1 + W);
    l0.intoArray(c, c0);
    h0.intoArray(c, c0 + W);
    Memory.keep(b);
  }
}
