package kvasir.kernel;

import kvasir.tensor.Panels;

/**
 * Rows of activations as {@link Kernels#matmulPacked} reads them: panels of 32 rows, an input's
 * values of all rows side by side, {@code [panel][inputs][32 rows]}, and room for one row of a
 * panel more, since tiles read beyond their end.
 */
public final class PackedRows {
  private static final int WIDTH = Panels.WIDTH;

  /** Columns that are moved at once: a cache line of each row. */
  private static final int LINE = 16;

  private PackedRows() {}

  /** Panels of so many rows. */
  public static int panels(int rows) {
    return Math.ceilDiv(rows, WIDTH);
  }

  /** Floats that so many rows take. */
  public static int floats(int rows, int inputs) {
    return Math.toIntExact(count(rows, inputs));
  }

  /** Bytes that so many rows take. */
  public static long bytes(int rows, int inputs) {
    return Float.BYTES * count(rows, inputs);
  }

  private static long count(int rows, int inputs) {
    return (long) panels(rows) * inputs * WIDTH + WIDTH;
  }

  /**
   * Packs row panels {@code from} up to {@code to}.
   *
   * @param x {@code [rows, inputs]} from {@code offset} on, {@code stride} apart
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
