package kvasir.attention;

import kvasir.cache.KvCache;
import kvasir.kernel.Kernels;
import kvasir.tensor.Matrix;

/**
 * Attention by online softmax (Milakov and Gimelshein 2018; FlashAttention-2, algorithm 1): one
 * pass over the blocks, scores of one (query tile x KV block) pair at a time, so memory does not
 * grow with the context. Blocks that no row sees are skipped. A row's arithmetic does not depend on
 * the other rows of its tile: prefill gives the bits that decode gives.
 */
final class StreamingAttention implements ShardAttention {
  private final AttentionShape shape;
  private final Kernels kernels;

  StreamingAttention(AttentionShape shape, Kernels kernels) {
    this.shape = shape;
    this.kernels = kernels;
  }

  @Override
  public void attend(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] states, int offset) {
    ShardAttention.clear(states, offset, tile.rows(), shape.stateSize());
    int size = cache.shape().blockTokens();
    int blocks = cache.shape().blocks(cache.tokens());
    for (int block = shard; block < blocks; block += cache.shape().shards()) {
      int start = block * size;
      if (start > tile.lastPosition()) {
        return;
      }
      int keys = Math.min(size, cache.tokens() - start);
      fold(
          cache.keys(layer, kvHead, block),
          cache.values(layer, kvHead, block),
          tile,
          tile.see(start, keys),
          states,
          offset);
    }
  }

  private void fold(
      Matrix keys, Matrix values, QueryTile tile, int most, float[] states, int offset) {
    int dim = shape.headDim();
    int stride = keys.rows();
    float[] scores = tile.scores(tile.rows() * stride);
    kernels.matmul(
        keys,
        0,
        most,
        tile.queries(),
        0,
        dim,
        tile.rows(),
        scores,
        0,
        stride,
        tile.matmulScratch());
    for (int row = 0; row < tile.rows(); row++) {
      foldRow(scores, row * stride, tile.visible(), row, states, offset + row * shape.stateSize());
    }
    kernels.accumulate(
        values,
        scores,
        0,
        stride,
        tile.visible(),
        tile.rows(),
        states,
        offset + 2,
        shape.stateSize());
  }

  private void foldRow(
      float[] scores, int scoreOffset, int[] visible, int row, float[] states, int state) {
    int n = visible[row];
    float before = states[state];
    float max = Math.max(before, kernels.max(scores, scoreOffset, n));
    if (max == Float.NEGATIVE_INFINITY) {
      visible[row] = 0; // Every key so far is masked: the state stays empty.
      return;
    }
    if (n == 0) {
      return;
    }
    float sum = kernels.expAndSum(scores, scoreOffset, n, max);
    float alpha = kernels.exp(before - max);
    if (alpha != 1f) {
      kernels.scale(states, state + 2, shape.headDim(), alpha);
    }
    states[state] = max;
    states[state + 1] = Math.fma(states[state + 1], alpha, sum);
  }
}
