package kvasir.lab.predict;

/**
 * The extra work of kernels for tiles of rows that are not full. The shares of the FMA limit in
 * {@link Calibration} were measured on full tiles.
 */
final class Padding {
  /** Number of rows that a vector kernel holds in its lanes at once. */
  private static final int PANEL = 32;

  /** Number of rows of a register tile with 512 bits; three tiles make a panel. */
  private static final int TILE = 11;

  /** The number of activation rows from which linear layers use tiles. */
  private static final int PACKED = 4;

  /** The number of query rows from which attention uses tiles. */
  private static final int TILED = 8;

  private Padding() {}

  /**
   * Returns the work of a linear layer over {@code tokens} tokens, as a multiple of the work
   * needed.
   */
  static double linear(int tokens) {
    return tokens < PACKED ? 1 : tiles(tokens) / tokens;
  }

  /**
   * Returns the work of attention of {@code rows} query rows over the same keys, as a multiple of
   * the work needed. Scores have the rows in the lanes, so they take whole panels; outputs have the
   * rows in tiles.
   */
  static double attention(int rows) {
    double scores = (double) Math.ceilDiv(rows, PANEL) * PANEL;
    return rows < TILED ? 1 : (scores + tiles(rows)) / (2 * rows);
  }

  private static double tiles(int rows) {
    int rest = rows % PANEL;
    return rows - rest + Math.min(PANEL, Math.ceilDiv(rest, TILE) * TILE);
  }
}
