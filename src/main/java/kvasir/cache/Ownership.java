package kvasir.cache;

import kvasir.tensor.Split;

/**
 * Which rank owns which shard. The shards, listed in bit-reversed order, are the leaves of the
 * merge tree; each rank has a contiguous run of them, so that as much as possible of the tree lies
 * inside one rank. A place in that list is called a position.
 */
public record Ownership(int shards, int ranks) {
  public Ownership {
    if (Integer.bitCount(shards) != 1 || ranks < 1 || ranks > shards) {
      throw new IllegalArgumentException(ranks + " ranks over " + shards + " shards");
    }
  }

  /** First position of a rank; {@code first(ranks)} is the number of shards. */
  public int first(int rank) {
    return Split.start(shards, ranks, rank);
  }

  /** The rank that owns a position. */
  public int rankOf(int position) {
    int rank = (int) ((long) position * ranks / shards);
    while (first(rank + 1) <= position) {
      rank++;
    }
    while (first(rank) > position) {
      rank--;
    }
    return rank;
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
