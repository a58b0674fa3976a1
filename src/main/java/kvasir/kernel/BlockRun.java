package kvasir.kernel;

import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;

/**
 * Several KV blocks that {@link Kernels#attendBlocks} folds into partial states. It is reused. Not
 * thread-safe.
 */
public final class BlockRun {
  /** Largest number of blocks. */
  public static final int MOST = 8;

  /** Number of keys of a run, as in the largest blocks. */
  private static final int KEYS = 256;

  private final CachedKeys[] keys = new CachedKeys[MOST];
  private final CachedValues[] values = new CachedValues[MOST];
  private final int[] offsets = new int[MOST];
  private int size;

  /** Returns the number of blocks of {@code blockTokens} tokens to take at a time. */
  public static int blocks(int blockTokens) {
    return Math.clamp(KEYS / blockTokens, 1, MOST);
  }

  /** Removes all blocks. */
  public void clear() {
    size = 0;
  }

  /**
   * Adds a block.
   *
   * @param blockKeys {@code [head_dim, tokens]}
   * @param blockValues {@code [tokens, head_dim]}
   * @param offset offset of the block's states {@code [rows, state]}: the same for all blocks of a
   *     run if the rows are {@link QueryRows#tiled}, else of that block alone
   */
  public void add(CachedKeys blockKeys, CachedValues blockValues, int offset) {
    keys[size] = blockKeys;
    values[size] = blockValues;
    offsets[size] = offset;
    size++;
  }

  /** Returns the number of blocks. */
  public int size() {
    return size;
  }

  CachedKeys keys(int block) {
    return keys[block];
  }

  CachedValues values(int block) {
    return values[block];
  }

  int offset(int block) {
    return offsets[block];
  }
}
