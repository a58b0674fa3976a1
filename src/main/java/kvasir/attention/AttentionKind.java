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
    boolean walks(int rows) {
      return rows <= QueryRows.MOST_UNTILED;
    }

    @Override
    int sharedTileTokens(AttentionShape shape) {
      return Math.max(1, SHARED_ROWS / shape.group());
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
    boolean walks(int rows) {
      return false;
    }

    @Override
    int sharedTileTokens(AttentionShape shape) {
      return 0;
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
   * Number of rows of several sequences in a tile. Each shard's states are held at once: with 16
   * shards and head_dim 128, those of 64 rows take 520 KiB.
   */
  private static final int SHARED_ROWS = 2 * PANEL;

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
   *
   * @param rows number of query rows
   */
  abstract boolean walks(int rows);

  /**
   * Returns the largest number of tokens of several sequences that a tile takes together over the
   * blocks that they share, or 0 if each sequence has its own tiles; results do not depend on it.
   */
  abstract int sharedTileTokens(AttentionShape shape);

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
