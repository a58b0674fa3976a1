package kvasir.attention;

import kvasir.cache.KvCache;

/**
 * Computes the partial states of a tile of queries over one shard of the cache: the blocks {@code
 * shard, shard + S, shard + 2S ...}, causally.
 */
sealed interface ShardAttention permits StreamingAttention, StandardAttention {
  /**
   * Overwrites the states of the tile's rows.
   *
   * @param states rows of {@code [max, sum, output...]} from {@code offset} on
   */
  void attend(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] states, int offset);
}
