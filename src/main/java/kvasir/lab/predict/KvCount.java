package kvasir.lab.predict;

import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;

/** How a sequence in the cache is dealt out. */
record KvCount(CacheShape shape, Ownership ownership, int tokens) {
  static KvCount of(Setting setting, ClusterLayout layout, int tokens) {
    return new KvCount(
        setting.cache(layout.shards()), new Ownership(layout.shards(), layout.ranks()), tokens);
  }

  int blocks() {
    return shape.blocks(tokens);
  }

  /** Tokens of the rank that has most. */
  long mostTokens() {
    if (tokens == 0) {
      return 0;
    }
    int blocks = blocks();
    int last = ownership.rankOfBlock(blocks - 1);
    long missing = (long) blocks * shape.blockTokens() - tokens;
    long most = 0;
    for (int rank = 0; rank < ownership.ranks(); rank++) {
      long own = (long) ownership.ownedBlocks(rank, blocks) * shape.blockTokens();
      most = Math.max(most, own - (rank == last ? missing : 0));
    }
    return most;
  }

  /** Tasks that a rank's threads share out in decode: a KV head of a shard each. */
  long tasks() {
    long shards = Math.min(Math.ceilDiv(shape.shards(), ownership.ranks()), Math.max(1, blocks()));
    return shape.kvHeads() * shards;
  }
}
