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
    int tileTokens(int group, int batch) {
      return Math.clamp(TILE_ROWS / group, 1, batch);
    }
  },
  /** The whole score matrix, then its softmax: the textbook's way, for comparison. */
  STANDARD {
    @Override
    ShardAttention create(AttentionShape shape, Kernels kernels) {
      return new StandardAttention(shape, kernels);
    }

    @Override
    int tileTokens(int group, int batch) {
      return batch;
    }
  };

  // Rows x block scores and the rows' states stay in the first-level cache at head_dim 128.
  private static final int TILE_ROWS = 16;

  abstract ShardAttention create(AttentionShape shape, Kernels kernels);

  /** Tokens of a query tile, for a batch of so many. */
  abstract int tileTokens(int group, int batch);
}
