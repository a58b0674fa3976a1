package kvasir.attention;

import kvasir.cache.KvCache;

/**
 * Causal attention of a tile of queries over one shard of the cache, the blocks {@code shard, shard
 * + S, shard + 2S ...}. Safe for several threads with different tiles and disjoint states.
 */
sealed interface ShardAttention permits StreamingAttention, StandardAttention {
  /**
   * Computes the partial states of the tile's rows.
   *
   * @param states receives {@code [rows, state]} from {@code offset} on; a state is {@code [max,
   *     sum, output...]}
   */
  void attend(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] states, int offset);
}
