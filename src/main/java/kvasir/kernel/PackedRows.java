package kvasir.kernel;

import kvasir.tensor.Panels;

/**
 * Layout of activations for {@link Kernels#matmulPacked}: panels of 32 rows, {@code
 * [panel][inputs][32 rows]}, so that the values of one input in all rows are neighbours. Another 32
 * floats follow, since tiles read beyond their end.
 */
public final class PackedRows {
  private static final int WIDTH = Panels.WIDTH;

  /** Number of columns that are packed at once: a cache line of each row. */
  private static final int LINE = 16;

  private PackedRows() {}

  /** Returns the number of panels for {@code rows} rows. */
  public static int panels(int rows) {
    return Math.ceilDiv(rows, WIDTH);
  }

  /** Returns the number of floats of {@code rows} packed rows. */
  public static int floats(int rows, int inputs) {
    return Math.toIntExact(count(rows, inputs));
  }

  /** Returns the number of bytes of {@code rows} packed rows. */
  public static long bytes(int rows, int inputs) {
    return Float.BYTES * count(rows, inputs);
  }

  private static long count(int rows, int inputs) {
    return (long) panels(rows) * inputs * WIDTH + WIDTH;
  }

  /**
   * Packs panels {@code from} (inclusive) to {@code to} (exclusive) of rows. Threads may pack
   * disjoint panels at the same time.
   *
   * @param x {@code [rows, inputs]} from {@code offset} on, rows {@code stride} elements apart
   * @param packed receives all panels; of at least {@link #floats} elements
   */
  public static void pack(
      float[] x, int offset, int stride, int rows, int inputs, int from, int to, float[] packed) {
    for (int panel = from; panel < to; panel++) {
      int count = Math.min(WIDTH, rows - panel * WIDTH);
      for (int column = 0; column < inputs; column += LINE) {
        int columns = Math.min(LINE, inputs - column);
        int target = (panel * inputs + column) * WIDTH;
        for (int row = 0; row < count; row++) {
          int source = offset + (panel * WIDTH + row) * stride + column;
          for (int i = 0; i < columns; i++) {
            packed[target + i * WIDTH + row] = x[source + i];
          }
        }
      }
    }
  }
}
