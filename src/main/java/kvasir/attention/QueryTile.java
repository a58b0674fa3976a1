package kvasir.attention;

import kvasir.cache.CacheShape;
import kvasir.kernel.Kernels;
import kvasir.kernel.QueryRows;

/**
 * Working memory of one team member: a tile of query rows, gathered, scaled and contiguous, their
 * positions in the sequence, and partial states of subtrees. It is reused, so that a step allocates
 * nothing. Not thread-safe.
 */
final class QueryTile {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final QueryRows rows;
  private final int[] positions;
  private final float[][] states;

  /**
   * Creates an empty tile.
   *
   * @param maxRows largest number of rows
   * @param depth number of states held at once for each row
   */
  QueryTile(AttentionShape shape, Kernels kernels, int maxRows, int depth) {
    this.shape = shape;
    this.kernels = kernels;
    this.rows = new QueryRows(shape.headDim(), maxRows);
    this.positions = new int[maxRows];
    this.states = new float[depth][maxRows * shape.stateSize()];
  }

  /**
   * Returns the bytes of a tile, including the scratch memory for attention over blocks.
   *
   * @param cache layout of the blocks
   * @param maxRows largest number of rows
   */
  static long bytes(AttentionShape shape, CacheShape cache, int maxRows) {
    long states = (long) Float.BYTES * depth(cache.shards()) * maxRows * shape.stateSize();
    return QueryRows.bytes(shape.headDim(), maxRows, cache.blockTokens())
        + states
        + (long) Integer.BYTES * maxRows;
  }

  /** Returns the number of states that a walk down the merge tree holds at once. */
  static int depth(int shards) {
    return 2 + Integer.numberOfTrailingZeros(shards);
  }

  /**
   * Gathers the rows {@code [token, query head of the group]} of one KV head.
   *
   * @param q queries, {@code [tokens, heads, head_dim]}
   * @param from first token of the batch, inclusive
   * @param to last token of the batch, exclusive
   * @param firstPosition position in the sequence of the batch's first token
   */
  void gather(float[] q, int kvHead, int from, int to, int firstPosition) {
    int width = shape.group() * shape.headDim();
    int tokenStride = shape.heads() * shape.headDim();
    float[] queries = rows.queries();
    int count = 0;
    for (int token = from; token < to; token++) {
      System.arraycopy(
          q, token * tokenStride + kvHead * width, queries, count * shape.headDim(), width);
      for (int g = 0; g < shape.group(); g++) {
        positions[count++] = firstPosition + token;
      }
    }
    kernels.scale(queries, 0, count * shape.headDim(), shape.scale());
    rows.ready(count);
  }

  /**
   * Sets the number of keys of a block that each row sees: by causality, those up to its own
   * position.
   *
   * @param start position of the block's first token
   * @param keys number of keys in the block
   */
  void see(int start, int keys) {
    for (int row = 0; row < rows.rows(); row++) {
      rows.visible()[row] = sees(row, start, keys);
    }
  }

  /**
   * Returns the number of keys of a block that one row sees.
   *
   * @param start position of the block's first token
   * @param keys number of keys in the block
   */
  int sees(int row, int start, int keys) {
    return Math.clamp(positions[row] + 1L - start, 0, keys);
  }

  /** Returns the position of the last row; no row sees a later token. */
  int lastPosition() {
    return positions[rows.rows() - 1];
  }

  QueryRows rows() {
    return rows;
  }

  /**
   * Returns the states of the tile's rows for a node at a depth of the merge tree, {@code [rows,
   * state]}.
   */
  float[] states(int depth) {
    return states[depth];
  }
}
