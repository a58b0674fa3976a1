package kvasir.attention;

import kvasir.cache.CacheShape;
import kvasir.kernel.Kernels;
import kvasir.kernel.QueryRows;

/**
 * Working memory of one team member: a tile of query rows, gathered, scaled and contiguous, where
 * they stand in the sequence, and partial states of subtrees. Reused, so that a step allocates
 * nothing.
 */
final class QueryTile {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final QueryRows rows;
  private final int[] positions;
  private final float[][] states;

  /**
   * @param depth states of the tile's rows that are held at once
   */
  QueryTile(AttentionShape shape, Kernels kernels, int maxRows, int depth) {
    this.shape = shape;
    this.kernels = kernels;
    this.rows = new QueryRows(shape.headDim(), maxRows);
    this.positions = new int[maxRows];
    this.states = new float[depth][maxRows * shape.stateSize()];
  }

  /**
   * Bytes of a member's tile with what attention over blocks takes.
   *
   * @param cache the layout of the blocks
   */
  static long bytes(AttentionShape shape, CacheShape cache, int maxRows) {
    long states = (long) Float.BYTES * depth(cache.shards()) * maxRows * shape.stateSize();
    return QueryRows.bytes(shape.headDim(), maxRows, cache.blockTokens())
        + states
        + (long) Integer.BYTES * maxRows;
  }

  /** States that a walk down the merge tree holds at once. */
  static int depth(int shards) {
    return 2 + Integer.numberOfTrailingZeros(shards);
  }

  /**
   * Gathers rows (token, query head of the group), tokens {@code from} up to {@code to} of the
   * batch.
   *
   * @param q {@code [tokens, heads, head_dim]}
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
   * Sets how many keys each row sees of a block that begins at token {@code start}: causally, those
   * up to its own position.
   */
  void see(int start, int keys) {
    for (int row = 0; row < rows.rows(); row++) {
      rows.visible()[row] = sees(row, start, keys);
    }
  }

  /** Keys that one row sees of a block. */
  int sees(int row, int start, int keys) {
    return Math.clamp(positions[row] + 1L - start, 0, keys);
  }

  /** Position of the last row: no row sees a later token. */
  int lastPosition() {
    return positions[rows.rows() - 1];
  }

  QueryRows rows() {
    return rows;
  }

  /** States of the tile's rows, of a node at a depth of the merge tree. */
  float[] states(int depth) {
    return states[depth];
  }
}
