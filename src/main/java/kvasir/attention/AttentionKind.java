package kvasir.attention;

import kvasir.kernel.Kernels;

/** How a rank computes its partial states. */
public enum AttentionKind {
  /** Online softmax over blocks: memory does not grow with the context. */
  STREAMING {
    @Override
    ShardAttention create(AttentionShape shape, Kernels kernels) {
      return new StreamingAttention(shape, kernels);
    }

    @Override
    int tileTokens(AttentionShape shape, int batch, int threads) {
      int rows = MOST_ROWS;
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
  /** The whole score matrix, then its softmax: the textbook's way, for comparison. */
  STANDARD {
    @Override
    ShardAttention create(AttentionShape shape, Kernels kernels) {
      return new StandardAttention(shape, kernels);
    }

    @Override
    int tileTokens(AttentionShape shape, int batch, int threads) {
      return batch;
    }

    @Override
    long scoreBytes(int rows, long keys) {
      // Beside the smaller matrix of a shard with a block less, until a collection frees it.
      return 2L * Float.BYTES * rows * keys;
    }
  };

  /** Rows that stand in the lanes of a kernel at once. */
  private static final int PANEL = 32;

  // Each KV block is widened once for a tile: many rows share that. At head_dim 128 the queries and
  // the states of 192 rows take 100 KiB each, which a second-level cache holds beside the block.
  private static final int MOST_ROWS = 6 * PANEL;

  /** So that the end of a region, where members wait for the last task, is short. */
  private static final int TASKS_PER_THREAD = 8;

  private static int tasks(AttentionShape shape, int batch, int rows) {
    return shape.kvHeads() * Math.ceilDiv(batch * shape.group(), rows);
  }

  abstract ShardAttention create(AttentionShape shape, Kernels kernels);

  /** Bytes of a thread's score matrix of so many rows over a shard, where there is a whole one. */
  abstract long scoreBytes(int rows, long keys);

  /** Tokens of a query tile, for a batch of so many; changes no bit. */
  abstract int tileTokens(AttentionShape shape, int batch, int threads);
}
