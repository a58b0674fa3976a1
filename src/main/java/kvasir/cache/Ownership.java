package kvasir.cache;

import java.util.Arrays;
import kvasir.tensor.Shares;

/**
 * Which rank owns which shard. The shards, listed in bit-reversed order, are the leaves of the
 * merge tree; each rank has a contiguous run of them, so that as much as possible of the tree lies
 * inside one rank. A place in that list is called a position.
 */
public final class Ownership {
  private final int shards;
  private final int[] starts;

  /** Equal runs, as near as whole shards allow. */
  public Ownership(int shards, int ranks) {
    this(shards, Shares.even(ranks));
  }

  /** Runs in proportion to the ranks' shares; each rank has at least one shard. */
  public Ownership(int shards, Shares shares) {
    if (Integer.bitCount(shards) != 1 || shares.parts() > shards) {
      throw new IllegalArgumentException(shares.parts() + " ranks over " + shards + " shards");
    }
    this.shards = shards;
    this.starts = shares.startsOfAtLeastOne(shards);
  }

  public int shards() {
    return shards;
  }

  public int ranks() {
    return starts.length - 1;
  }

  /** First position of a rank; {@code first(ranks)} is the number of shards. */
  public int first(int rank) {
    return starts[rank];
  }

  /** The rank that owns a position. */
  public int rankOf(int position) {
    int found = Arrays.binarySearch(starts, position);
    return found >= 0 ? found : -found - 2;
  }

  /** The shard that stands at a position, and, since the order is its own inverse, the reverse. */
  public int shardAt(int position) {
    int bits = Integer.numberOfTrailingZeros(shards);
    return bits == 0 ? 0 : Integer.reverse(position) >>> (32 - bits);
  }

  /** The rank that owns a block. */
  public int rankOfBlock(int block) {
    return rankOf(shardAt(block & (shards - 1)));
  }

  /** Blocks of the first {@code blocks} that a rank owns. */
  public int ownedBlocks(int rank, int blocks) {
    int owned = 0;
    for (int position = first(rank); position < first(rank + 1); position++) {
      int shard = shardAt(position);
      owned += shard < blocks ? (blocks - 1 - shard) / shards + 1 : 0;
    }
    return owned;
  }
}
