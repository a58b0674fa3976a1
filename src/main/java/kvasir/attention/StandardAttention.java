package kvasir.attention;

import kvasir.cache.KvCache;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;

/**
 * Standard attention, for comparison: the whole score matrix {@code [queries, keys of the shard]}
 * is materialised, then one softmax over it, then the values. Masked scores are computed too.
 * Memory grows with the context; {@link StreamingAttention} is what it is compared with.
 */
final class StandardAttention implements ShardAttention {
  private final AttentionShape shape;
  private final Kernels kernels;

  StandardAttention(AttentionShape shape, Kernels kernels) {
    this.shape = shape;
    this.kernels = kernels;
  }

  @Override
  public void attend(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] states, int offset) {
    ShardAttention.clear(states, offset, tile.rows(), shape.stateSize());
    int size = cache.shape().blockTokens();
    int blocks = cache.shape().blocks(cache.tokens());
    int owned = shard < blocks ? (blocks - 1 - shard) / cache.shape().shards() + 1 : 0;
    float[] scores = matrix(tile, (long) owned * size);
    int stride = owned * size;
    scores(cache, layer, kvHead, shard, tile, scores, stride);
    for (int row = 0; row < tile.rows(); row++) {
      int n = visible(cache, shard, owned, tile, row);
      softmax(scores, row * stride, n, states, offset + row * shape.stateSize());
    }
    for (int i = 0; i < owned; i++) {
      int block = shard + i * cache.shape().shards();
      tile.see(block * size, Math.min(size, cache.tokens() - block * size));
      hideMaskedRows(tile, states, offset);
      kernels.accumulate(
          cache.values(layer, kvHead, block),
          scores,
          i * size,
          stride,
          tile.visible(),
          tile.rows(),
          states,
          offset + 2,
          shape.stateSize());
    }
  }

  private void scores(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] scores, int stride) {
    int size = cache.shape().blockTokens();
    for (int i = 0; i * size < stride; i++) {
      int block = shard + i * cache.shape().shards();
      kernels.matmul(
          cache.keys(layer, kvHead, block),
          0,
          Math.min(size, cache.tokens() - block * size),
          tile.queries(),
          0,
          shape.headDim(),
          tile.rows(),
          scores,
          i * size,
          stride,
          tile.matmulScratch());
    }
  }

  /** Keys of the shard that a row sees: causal, so a prefix of them. */
  private static int visible(KvCache cache, int shard, int owned, QueryTile tile, int row) {
    int size = cache.shape().blockTokens();
    int n = 0;
    for (int i = 0; i < owned; i++) {
      int start = (shard + i * cache.shape().shards()) * size;
      n += tile.sees(row, start, Math.min(size, cache.tokens() - start));
    }
    return n;
  }

  private void softmax(float[] scores, int scoreOffset, int n, float[] states, int state) {
    float max = kernels.max(scores, scoreOffset, n);
    if (max == Float.NEGATIVE_INFINITY) {
      return;
    }
    states[state] = max;
    states[state + 1] = kernels.expAndSum(scores, scoreOffset, n, max);
  }

  private void hideMaskedRows(QueryTile tile, float[] states, int offset) {
    for (int row = 0; row < tile.rows(); row++) {
      if (states[offset + row * shape.stateSize()] == Float.NEGATIVE_INFINITY) {
        tile.visible()[row] = 0;
      }
    }
  }

  private static float[] matrix(QueryTile tile, long keys) {
    long size = tile.rows() * keys;
    if (size > Integer.MAX_VALUE - 8) {
      throw new UserError(
          "--attention standard",
          "the score matrix of " + tile.rows() + " x " + keys + " does not fit an array",
          "use --attention streaming, or a smaller --prefill-chunk");
    }
    return tile.scores((int) size);
  }
}
