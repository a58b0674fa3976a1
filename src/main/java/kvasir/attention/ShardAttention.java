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

  /**
   * Computes the partial states of the tile's rows for a run of shards in the order of the tree, in
   * one pass over their blocks.
   *
   * @param position first position of the run
   * @param span number of shards
   * @param states receives {@code [span, rows, state]}
   */
  void attend(
      KvCache cache, int layer, int kvHead, int position, int span, QueryTile tile, float[] states);
}
