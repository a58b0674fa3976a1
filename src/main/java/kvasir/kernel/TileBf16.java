package kvasir.kernel;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static kvasir.kernel.Lanes.F;
import static kvasir.kernel.Lanes.I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Register tile of eight rows by a panel of bf16, for vectors of 512 bits. The panel is read in
 * place and widened in registers: two operations beside 16 multiplications, where widening to
 * memory first takes a pass of its own, during which nothing is multiplied. It holds 16 sums, three
 * vectors of the panel and one broadcast.
 *
 * <p>It computes {@code c[r, lane] = fma(a[k, r], b[k, lane], c[r, lane])} for k in ascending
 * order. Rows from {@code rows} on are computed from undefined data and stored to the place of the
 * last valid row, which is stored after them.
 */
final class TileBf16 {
  /** Number of rows of the tile. */
  static final int ROWS = 8;

  /** Elements from one input of the packed rows to the next. */
  private static final int ROW = 32;

  /** Bytes from one input of the panel to the next. */
  private static final long PANEL_ROW = 64;

  private static final int HIGH = 0xffff0000;

  /** Elements from a row's first vector of sums to its second. */
  private static final int APART = 16;

  private TileBf16() {}

  /**
   * Adds the product of a tile to {@code c}.
   *
   * @param b a panel of bf16 pairs; the first row is at byte {@code bOffset}
   * @param n number of inputs
   * @param a packed rows; the first row of the tile is at {@code aOffset}; the array has 32 floats
   *     beyond its last panel
   * @param c sums; the first row is at {@code cOffset}, the next {@code cStride} elements on
   * @param rows number of valid rows, at least 1
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
      int rows) {
    Memory.check(b, bOffset, n, PANEL_ROW);
    long start = Memory.start(b);
    int last = rows - 1;
    int c0 = cOffset;
    int c1 = cOffset + Math.min(1, last) * cStride;
    int c2 = cOffset + Math.min(2, last) * cStride;
    int c3 = cOffset + Math.min(3, last) * cStride;
    int c4 = cOffset + Math.min(4, last) * cStride;
    int c5 = cOffset + Math.min(5, last) * cStride;
    int c6 = cOffset + Math.min(6, last) * cStride;
    int c7 = cOffset + Math.min(7, last) * cStride;
    FloatVector l0 = FloatVector.fromArray(F, c, c0);
    FloatVector h0 = FloatVector.fromArray(F, c, c0 + APART);
    FloatVector l1 = FloatVector.fromArray(F, c, c1);
    FloatVector h1 = FloatVector.fromArray(F, c, c1 + APART);
    FloatVector l2 = FloatVector.fromArray(F, c, c2);
    FloatVector h2 = FloatVector.fromArray(F, c, c2 + APART);
    FloatVector l3 = FloatVector.fromArray(F, c, c3);
    FloatVector h3 = FloatVector.fromArray(F, c, c3 + APART);
    FloatVector l4 = FloatVector.fromArray(F, c, c4);
    FloatVector h4 = FloatVector.fromArray(F, c, c4 + APART);
    FloatVector l5 = FloatVector.fromArray(F, c, c5);
    FloatVector h5 = FloatVector.fromArray(F, c, c5 + APART);
    FloatVector l6 = FloatVector.fromArray(F, c, c6);
    FloatVector h6 = FloatVector.fromArray(F, c, c6 + APART);
    FloatVector l7 = FloatVector.fromArray(F, c, c7);
    FloatVector h7 = FloatVector.fromArray(F, c, c7 + APART);
    for (int k = 0; k < n; k++) {
      int row = aOffset + k * ROW;
      IntVector pairs =
          IntVector.fromMemorySegment(
              I, Memory.ALL, start + bOffset + k * PANEL_ROW, LITTLE_ENDIAN);
      FloatVector low = pairs.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector high = pairs.and(HIGH).reinterpretAsFloats();
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
      FloatVector u6 = FloatVector.broadcast(F, a[row + 6]);
      l6 = low.fma(u6, l6);
      h6 = high.fma(u6, h6);
      FloatVector u7 = FloatVector.broadcast(F, a[row + 7]);
      l7 = low.fma(u7, l7);
      h7 = high.fma(u7, h7);
    }
    l7.intoArray(c, c7);
    h7.intoArray(c, c7 + APART);
    l6.intoArray(c, c6);
    h6.intoArray(c, c6 + APART);
    l5.intoArray(c, c5);
    h5.intoArray(c, c5 + APART);
    l4.intoArray(c, c4);
    h4.intoArray(c, c4 + APART);
    l3.intoArray(c, c3);
    h3.intoArray(c, c3 + APART);
    l2.intoArray(c, c2);
    h2.intoArray(c, c2 + APART);
    l1.intoArray(c, c1);
    h1.intoArray(c, c1 + APART);
    l0.intoArray(c, c0);
    h0.intoArray(c, c0 + APART);
    Memory.keep(b);
  }
}
