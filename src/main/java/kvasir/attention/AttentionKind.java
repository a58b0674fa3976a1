package kvasir.attention;

import kvasir.kernel.Kernels;
import kvasir.kernel.QueryRows;

/**
 * Algorithm by which a rank computes its partial states. Both algorithms give the same numbers for
 * every layout; they differ from each other in rounding.
 */
public enum AttentionKind {
  /** Online softmax over blocks, with memory that does not grow with the context. */
  STREAMING {
    @Override
    ShardAttention create(AttentionShape shape, Kernels kernels) {
      return new StreamingAttention(shape, kernels);
    }

    @Override
    boolean walks(QueryRows rows) {
      return !rows.tiled();
    }

    @Override
    int tileTokens(AttentionShape shape, int batch, int threads) {
      int rows = MAX_ROWS;
      while (rows > PANEL && tasks(shape, batch, rows) < TASKS_PER_THREAD * threads) {
        rows -= PANEL;
      }
      return Math.clamp(rows / shape.group(), 1, batch);
    }

    @Override
    long scoreBytes(int rows, long keys) {
      return 0;
    }
  },
  /** The whole score matrix, then its softmax, as in textbooks; for comparison. */
  STANDARD {
    @Override
    ShardAttention create(AttentionShape shape, Kernels kernels) {
      return new StandardAttention(shape, kernels);
    }

    @Override
    boolean walks(QueryRows rows) {
      return false;
    }

    @Override
    int tileTokens(AttentionShape shape, int batch, int threads) {
      return batch;
    }

    @Override
    long scoreBytes(int rows, long keys) {
      // Twice, since the smaller matrix of a shard with one block less lives until it is collected.
      return 2L * Float.BYTES * rows * keys;
    }
  };

  /** Number of rows that a kernel holds in its lanes at once. */
  private static final int PANEL = 32;

  // A KV block is widened once for a tile, so many rows share that work. At head_dim 128 the
  // queries and the states of 192 rows take 100 KiB each, which a second-level cache holds beside
  // the block.
  private static final int MAX_ROWS = 6 * PANEL;

  /**
   * Least number of tasks per thread. It keeps the end of a region short, where members wait for
   * the last task.
   */
  private static final int TASKS_PER_THREAD = 8;

  private static int tasks(AttentionShape shape, int batch, int rows) {
    return shape.kvHeads() * Math.ceilDiv(batch * shape.group(), rows);
  }

  /** Returns the algorithm for layers of a shape. */
  abstract ShardAttention create(AttentionShape shape, Kernels kernels);

  /**
   * Returns whether the blocks of all shards are read in one pass, in the order of memory. This
   * suits few rows, whose states for all shards fit the first-level cache while keys and values
   * come from memory; results do not depend on it.
   */
  abstract boolean walks(QueryRows rows);

  /**
   * Returns the bytes of a thread's score matrix over one shard, or 0 if the algorithm keeps none.
   *
   * @param rows number of query rows
   * @param keys number of keys of the shard
   */
  abstract long scoreBytes(int rows, long keys);

  /**
   * Returns the number of tokens in a query tile; results do not depend on it.
   *
   * @param batch number of tokens in the batch
   * @param threads number of threads of the team
   */
  abstract int tileTokens(AttentionShape shape, int batch, int threads);
}
