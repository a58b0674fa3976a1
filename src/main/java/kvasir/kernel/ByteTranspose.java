package kvasir.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Transposition of bytes on the heap, eight by eight in general registers. */
final class ByteTranspose {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int SIDE = 8;
  private static final long LOW = 0xffffffffL;
  private static final long WORDS = 0x0000ffff0000ffffL;
  private static final long BYTES = 0x00ff00ff00ff00ffL;

  private ByteTranspose() {}

  /**
   * Writes {@code [rows, columns]} as {@code [columns, rows]}.
   *
   * @param from byte {@code [r, c]} is at {@code at + r * stride + c}
   * @param rows a multiple of 8
   * @param to receives byte {@code [r, c]} at {@code target + c * rows + r}
   */
  static void run(byte[] from, int at, int stride, int rows, int columns, byte[] to, int target) {
    int whole = columns / SIDE * SIDE;
    for (int row = 0; row < rows; row += SIDE) {
      int begin = at + row * stride;
      for (int column = 0; column < whole; column += SIDE) {
        square(from, begin + column, stride, to, target + column * rows + row, rows);
      }
      for (int column = whole; column < columns; column++) {
        for (int r = 0; r < SIDE; r++) {
          to[target + column * rows + row + r] = from[begin + r * stride + column];
        }
      }
    }
  }

  // Swaps the off-diagonal quarters of squares of 8, 4 and 2 bytes a side.
  private static void square(
      byte[] from, int at, int stride, byte[] to, int target, int targetStride) {
    long a = (long) LONG.get(from, at);
    long b = (long) LONG.get(from, at + stride);
    long c = (long) LONG.get(from, at + 2 * stride);
    long d = (long) LONG.get(from, at + 3 * stride);
    long e = (long) LONG.get(from, at + 4 * stride);
    long f = (long) LONG.get(from, at + 5 * stride);
    long g = (long) LONG.get(from, at + 6 * stride);
    long h = (long) LONG.get(from, at + 7 * stride);
    long ae = (a & LOW) | (e << 32);
    long bf = (b & LOW) | (f << 32);
    long cg = (c & LOW) | (g << 32);
    long dh = (d & LOW) | (h << 32);
    long ea = (a >>> 32) | (e & ~LOW);
    long fb = (b >>> 32) | (f & ~LOW);
    long gc = (c >>> 32) | (g & ~LOW);
    long hd = (d >>> 32) | (h & ~LOW);
    quarter(ae, bf, cg, dh, to, target, targetStride);
    quarter(ea, fb, gc, hd, to, target + 4 * targetStride, targetStride);
  }

  /** Writes four rows of the result from those that hold their bytes. */
  private static void quarter(
      long a, long b, long c, long d, byte[] to, int target, int targetStride) {
    long ac = (a & WORDS) | ((c & WORDS) << 16);
    long bd = (b & WORDS) | ((d & WORDS) << 16);
    long ca = ((a >>> 16) & WORDS) | (c & ~WORDS);
    long db = ((b >>> 16) & WORDS) | (d & ~WORDS);
    LONG.set(to, target, (ac & BYTES) | ((bd & BYTES) << 8));
    LONG.set(to, target + targetStride, ((ac >>> 8) & BYTES) | (bd & ~BYTES));
    LONG.set(to, target + 2 * targetStride, (ca & BYTES) | ((db & BYTES) << 8));
    LONG.set(to, target + 3 * targetStride, ((ca >>> 8) & BYTES) | (db & ~BYTES));
  }
}
