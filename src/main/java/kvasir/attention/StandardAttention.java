package kvasir.attention;

import java.util.Arrays;
import kvasir.cache.KvCache;
import kvasir.error.UserError;
import kvasir.kernel.BlockRun;
import kvasir.kernel.Kernels;
import kvasir.kernel.QueryRows;
import kvasir.tensor.Panels;

/**
 * Standard attention, as a comparison for {@link StreamingAttention}. It stores the whole score
 * matrix {@code [queries, keys of the shard]}, takes one softmax over each row, then sums the
 * values. Masked scores are computed too, and memory grows with the context.
 */
final class StandardAttention implements ShardAttention {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final BlockRun run = new BlockRun();

  StandardAttention(AttentionShape shape, Kernels kernels) {
    this.shape = shape;
    this.kernels = kernels;
  }

  @Override
  public void attend(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] states, int offset) {
    QueryRows rows = tile.rows();
    Kernels.clearStates(states, offset, rows.rows(), shape.headDim());
    int size = cache.shape().blockTokens();
    int blocks = cache.shape().blocks(cache.tokens());
    int owned = shard < blocks ? (blocks - 1 - shard) / cache.shape().shards() + 1 : 0;
    // Keys come in whole panels: the padding of the last one is computed and ignored.
    int stride = owned * lanes(size);
    float[] scores = matrix(rows, stride);
    scores(cache, layer, kvHead, shard, rows, scores, stride);
    compact(rows.rows(), owned, size, scores, stride);
    for (int row = 0; row < rows.rows(); row++) {
      int n = visible(cache, shard, owned, tile, row);
      softmax(scores, row * stride, n, states, offset + row * shape.stateSize());
    }
    for (int i = 0; i < owned; i++) {
      int block = shard + i * cache.shape().shards();
      tile.see(block * size, Math.min(size, cache.tokens() - block * size));
      hideMaskedRows(rows, states, offset);
      kernels.accumulate(
          cache.values(layer, kvHead, block),
          scores,
          i * size,
          stride,
          rows.visible(),
          rows.rows(),
          states,
          offset + 2,
          shape.stateSize(),
          rows.scratch());
    }
  }

  /** Returns the number of columns of a block in the score matrix: its keys in whole panels. */
  static int lanes(int blockTokens) {
    return Math.max(blockTokens, Panels.WIDTH);
  }

  private void scores(
      KvCache cache, int layer, int kvHead, int shard, QueryRows rows, float[] scores, int stride) {
    int lanes = lanes(cache.shape().blockTokens());
    for (int i = 0; i * lanes < stride; i++) {
      int block = shard + i * cache.shape().shards();
      if (!(cache.keys(layer, kvHead, block) instanceof Panels keys)) {
        scoresOfBytes(cache, layer, kvHead, block, rows, scores, i * lanes, stride);
        continue;
      }
      int count = keys.count();
      if (rows.tiled()) {
        kernels.matmulPacked(
            keys, 0, count, rows.packed(), rows.rows(), scores, i * lanes, stride, rows.scratch());
      } else {
        kernels.matmul(
            keys,
            0,
            count,
            rows.queries(),
            0,
            shape.headDim(),
            rows.rows(),
            scores,
            i * lanes,
            stride,
            rows.scratch());
      }
    }
  }

  /** Computes the scores of a block whose keys are bytes, by the kernel for few rows. */
  private void scoresOfBytes(
      KvCache cache,
      int layer,
      int kvHead,
      int block,
      QueryRows rows,
      float[] scores,
      int offset,
      int stride) {
    int lanes = lanes(cache.shape().blockTokens());
    float[] own = new float[rows.rows() * lanes];
    Arrays.fill(rows.visible(), 0, rows.rows(), cache.shape().blockTokens());
    run.clear();
    run.add(cache.keys(layer, kvHead, block), cache.values(layer, kvHead, block), 0);
    kernels.scores(run, rows, own, lanes);
    for (int row = 0; row < rows.rows(); row++) {
      System.arraycopy(own, row * lanes, scores, row * stride + offset, lanes);
    }
  }

  /** Moves the scores of blocks smaller than a panel next to each other. */
  private static void compact(int rows, int owned, int size, float[] scores, int stride) {
    for (int row = 0; row < rows && size < Panels.WIDTH; row++) {
      for (int i = 1; i < owned; i++) {
        int from = row * stride + i * Panels.WIDTH;
        System.arraycopy(scores, from, scores, row * stride + i * size, size);
      }
    }
  }

  /**
   * Returns the number of keys of the shard that a row sees; by causality they are the first ones.
   */
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

  private void hideMaskedRows(QueryRows tile, float[] states, int offset) {
    for (int row = 0; row < tile.rows(); row++) {
      if (states[offset + row * shape.stateSize()] == Float.NEGATIVE_INFINITY) {
        tile.visible()[row] = 0;
      }
    }
  }

  private static float[] matrix(QueryRows tile, long keys) {
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
