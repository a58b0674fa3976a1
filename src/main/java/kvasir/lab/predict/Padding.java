package kvasir.lab.predict;

/**
 * What kernels compute beyond what is asked, since rows go through registers in tiles. Shares of
 * the multiply limit were measured on full tiles.
 */
final class Padding {
  /** Rows in the lanes of a vector kernel at once. */
  private static final int PANEL = 32;

  /** Rows of a register tile with 512 bits; three of them make a panel. */
  private static final int TILE = 11;

  /** From so many rows of activations on, linear layers go through tiles. */
  private static final int PACKED = 4;

  /** From so many rows of queries on, attention does. */
  private static final int TILED = 8;

  private Padding() {}

  /** Work of a linear layer over so many tokens, as a multiple of what is needed. */
  static double linear(int tokens) {
    return tokens < PACKED ? 1 : tiles(tokens) / tokens;
  }

  /**
   * Work of attention of so many query rows over the same keys: scores have the rows in the lanes,
   * so a panel whatever their number; outputs have them in tiles.
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
