package kvasir.attention;

/**
 * Attention of one row of a batch to the blocks of its sequence: the shares of the softmax weight
 * that this rank's blocks received, for each query head, summed over layers. These are statistics
 * and not part of a result. Threads may add to different heads or blocks at once.
 */
public final class RowMass {
  private final int row;
  private final int heads;
  private final int blocks;
  private final double[] mass;
  private int layers;

  /**
   * Creates empty sums.
   *
   * @param row number of the row in its batch
   * @param heads number of query heads of a layer
   * @param blocks number of blocks that the row sees
   */
  public RowMass(int row, int heads, int blocks) {
    this.row = row;
    this.heads = heads;
    this.blocks = blocks;
    this.mass = new double[Math.multiplyExact(heads, blocks)];
  }

  int row() {
    return row;
  }

  /** Returns the number of blocks that the row sees. */
  public int blocks() {
    return blocks;
  }

  /** Adds the share that a block received in a head of the current layer, 0 to 1. */
  void add(int head, int block, double share) {
    mass[head * blocks + block] += share;
  }

  /** Counts a layer, all shares of which have been added. */
  void addLayer() {
    layers++;
  }

  /**
   * Returns the share of a block as the mean over heads and layers; 0 for other ranks' blocks. It
   * has the same bits for every layout.
   */
  public double share(int block) {
    double sum = 0;
    for (int head = 0; head < heads; head++) {
      sum += mass[head * blocks + block];
    }
    return layers == 0 ? 0 : sum / ((double) layers * heads);
  }
}
