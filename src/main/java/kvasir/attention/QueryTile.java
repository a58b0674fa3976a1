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
  private float[] shardStates = new float[0];
  private int gathered;

  /**
   * Creates an empty tile.
   *
   * @param maxRows largest number of rows
   * @param shards number of shards of the cache
   */
  QueryTile(AttentionShape shape, Kernels kernels, int maxRows, int shards) {
    this.shape = shape;
    this.kernels = kernels;
    this.rows = new QueryRows(shape.headDim(), maxRows);
    this.positions = new int[maxRows];
    this.states = new float[depth(shards)][maxRows * shape.stateSize()];
  }

  /**
   * Returns the bytes of a tile, including the scratch memory for attention over blocks.
   *
   * @param cache layout of the blocks
   * @param maxRows largest number of rows
   * @param walkedRows largest number of rows for which states of all shards are held at once
   */
  static long bytes(AttentionShape shape, CacheShape cache, int maxRows, int walkedRows) {
    long rowsOfStates = (long) depth(cache.shards()) * maxRows;
    rowsOfStates += (long) cache.shards() * walkedRows;
    long states = Float.BYTES * rowsOfStates * shape.stateSize();
    return QueryRows.bytes(shape.headDim(), maxRows, cache.blockTokens())
        + states
        + (long) Integer.BYTES * maxRows;
  }

  /** Returns the number of states that a walk down the merge tree holds at once. */
  private static int depth(int shards) {
    return 2 + Integer.numberOfTrailingZeros(shards);
  }

  /** Makes the tile empty. */
  void clear() {
    gathered = 0;
  }

  /**
   * Gathers the rows {@code [token, query head of the group]} of one KV head behind those that the
   * tile has. The rows can be used after {@link #ready}.
   *
   * @param q queries, {@code [tokens, heads, head_dim]}
   * @param from first token of the batch, inclusive
   * @param to last token of the batch, exclusive
   * @param lastPosition position in its sequence of the last of these tokens
   */
  void gather(float[] q, int kvHead, int from, int to, int lastPosition) {
    int width = shape.group() * shape.headDim();
    int tokenStride = shape.heads() * shape.headDim();
    for (int token = from; token < to; token++) {
      int source = token * tokenStride + kvHead * width;
      System.arraycopy(q, source, rows.queries(), gathered * shape.headDim(), width);
      for (int g = 0; g < shape.group(); g++) {
        positions[gathered++] = lastPosition - (to - 1 - token);
      }
    }
  }

  /** Scales the gathered rows and packs them if there are enough. */
  void ready() {
    kernels.scale(rows.queries(), 0, gathered * shape.headDim(), shape.scale());
    rows.ready(gathered);
  }

  /**
   * Sets the number of keys of a block that each row sees: by causality, those up to its own
   * position.
   *
   * @param start position of the block's first token
   * @param keys number of keys in the block
   */
  void see(int start, int keys) {
    see(0, start, keys);
  }

  /**
   * Sets the number of keys that each row sees of a block of a run, like {@link #see(int, int)}.
   *
   * @param index number of the block in the run
   */
  void see(int index, int start, int keys) {
    int[] visible = rows.visible(index);
    for (int row = 0; row < rows.rows(); row++) {
      visible[row] = sees(row, start, keys);
    }
  }

  /**
   * Returns the number of keys of a block that one row sees.
   *
   * @param start position of the block's first token
   * @param keys number of keys in the block
   */
  int sees(int row, int start, int keys) {
    return Math.max(0, Math.min(keys - 1, positions[row] - start) + 1);
  }

  /** Returns the position of the last row; no row of one sequence sees a later token. */
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

  /**
   * Returns memory for the states of some rows for each of some shards, {@code [shards, rows,
   * state]}, the same at each call until a larger one replaces it.
   */
  float[] shardStates(int shards, int rows) {
    int floats = shards * rows * shape.stateSize();
    if (shardStates.length < floats) {
      shardStates = new float[floats];
    }
    return shardStates;
  }
}
