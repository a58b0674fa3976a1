package kvasir.lab.predict;

import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;

/**
 * The distribution of a sequence in the cache over ranks.
 *
 * @param tokens length of the sequence
 */
record KvCount(CacheShape shape, Ownership ownership, int tokens) {
  /** Returns the distribution of a sequence of {@code tokens} tokens over the ranks of a layout. */
  static KvCount of(Setting setting, ClusterLayout layout, int tokens) {
    return new KvCount(
        setting.cache(layout.shards()), new Ownership(layout.shards(), layout.ranks()), tokens);
  }

  /** Returns the number of blocks of the sequence. */
  int blocks() {
    return shape.blocks(tokens);
  }

  /** Returns the number of tokens on the rank that has most. */
  long mostTokens() {
    if (tokens == 0) {
      return 0;
    }
    int blocks = blocks();
    int last = ownership.rankOfBlock(blocks - 1);
    long missing = (long) blocks * shape.blockTokens() - tokens;
    long most = 0;
    for (int rank = 0; rank < ownership.ranks(); rank++) {
      long owned = (long) ownership.ownedBlocks(rank, blocks) * shape.blockTokens();
      most = Math.max(most, owned - (rank == last ? missing : 0));
    }
    return most;
  }

  /**
   * Returns the number of tasks that a rank's threads divide in decode: one for each KV head of
   * each shard.
   */
  long tasks() {
    long shards = Math.min(Math.ceilDiv(shape.shards(), ownership.ranks()), Math.max(1, blocks()));
    return shape.kvHeads() * shards;
  }
}
