package kvasir.kernel;

import kvasir.tensor.Panels;

/**
 * Several KV blocks that {@link Kernels#attendBlocks} folds into partial states of their own. It is
 * reused. Not thread-safe.
 */
public final class BlockRun {
  /** Largest number of blocks. */
  public static final int MOST = 8;

  private final Panels[] keys = new Panels[MOST];
  private final Panels[] values = new Panels[MOST];
  private final int[] offsets = new int[MOST];
  private int size;

  /** Removes all blocks. */
  public void clear() {
    size = 0;
  }

  /**
   * Adds a block.
   *
   * @param blockKeys {@code [head_dim, tokens]}
   * @param blockValues {@code [tokens, head_dim]}
   * @param offset offset of the block's states {@code [rows, state]}; no two blocks of a run have
   *     the same
   */
  public void add(Panels blockKeys, Panels blockValues, int offset) {
    keys[size] = blockKeys;
    values[size] = blockValues;
    offsets[size] = offset;
    size++;
  }

  /** Returns the number of blocks. */
  public int size() {
    return size;
  }

  /** Returns whether no block can be added. */
  public boolean full() {
    return size == MOST;
  }

  Panels keys(int block) {
    return keys[block];
  }

  Panels values(int block) {
    return values[block];
  }

  int offset(int block) {
    return offsets[block];
  }
}
