package kvasir.cache;

import java.util.Arrays;
import kvasir.tensor.Shares;

/**
 * Division of shards among ranks. The shards, listed in bit-reversed order, are the leaves of the
 * merge tree; each rank owns a contiguous run of them, so that as much as possible of the tree lies
 * inside one rank. An index in that list is called a position. Immutable.
 */
public final class Ownership {
  private final int shards;
  private final int[] starts;

  /** Creates runs of equal length, as nearly as whole shards allow. */
  public Ownership(int shards, int ranks) {
    this(shards, Shares.even(ranks));
  }

  /**
   * Creates runs in proportion to the ranks' shares; each rank owns at least one shard.
   *
   * @param shards number of shards, a power of two
   * @throws IllegalArgumentException if there are more ranks than shards
   */
  public Ownership(int shards, Shares shares) {
    if (Integer.bitCount(shards) != 1 || shares.parts() > shards) {
      throw new IllegalArgumentException(shares.parts() + " ranks over " + shards + " shards");
    }
    this.shards = shards;
    this.starts = shares.startsOfAtLeastOne(shards);
  }

  /** Returns the number of shards. */
  public int shards() {
    return shards;
  }

  /** Returns the number of ranks. */
  public int ranks() {
    return starts.length - 1;
  }

  /** Returns the first position of a rank; {@code first(ranks())} is the number of shards. */
  public int first(int rank) {
    return starts[rank];
  }

  /** Returns the rank that owns a position. */
  public int rankOf(int position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  /**
   * Returns the shard at a position. The order is its own inverse, so this is also the position of
   * a shard.
   */
  public int shardAt(int position) {
    int bits = Integer.numberOfTrailingZeros(shards);
    return bits == 0 ? 0 : Integer.reverse(position) >>> (32 - bits);
  }

  /**
   * Returns the rank that owns a block.
   *
   * @param block number of the block in its sequence
   */
  public int rankOfBlock(int block) {
    return rankOf(positionOfBlock(block));
  }

  /**
   * Returns the position of a block's shard.
   *
   * @param block number of the block in its sequence
   */
  public int positionOfBlock(int block) {
    return shardAt(block & (shards - 1));
  }

  /** Returns the number of blocks that a rank owns among the first {@code blocks} of a sequence. */
  public int ownedBlocks(int rank, int blocks) {
    int owned = 0;
    for (int position = first(rank); position < first(rank + 1); position++) {
      int shard = shardAt(position);
      owned += shard < blocks ? (blocks - 1 - shard) / shards + 1 : 0;
    }
    return owned;
  }
}
