package kvasir.cache;

import kvasir.tensor.Panels;
import kvasir.tensor.StorageFormat;

/**
 * Parameters that determine the layout of a KV cache and the order of additions over it. They are
 * part of a run's configuration and never derived from the number of ranks or threads, so two runs
 * with equal shapes give equal bits.
 *
 * @param layers number of layers
 * @param kvHeads number of key-value heads of a layer
 * @param headDim elements of one head
 * @param type type of keys and values, one of {@link KvTypes#ALL}
 * @param blockTokens number of tokens in a block, a power of two
 * @param shards number of shards, a power of two; the largest possible number of ranks
 */
public record CacheShape(
    int layers, int kvHeads, int headDim, StorageFormat type, int blockTokens, int shards) {
  private static final int LARGEST_BLOCK = 64;
  private static final int SMALLEST_BLOCK = 16;

  public CacheShape {
    if (layers < 1 || kvHeads < 1 || headDim < 1) {
      throw new IllegalArgumentException("empty cache: " + layers + "," + kvHeads + "," + headDim);
    }
    if (!KvTypes.ALL.contains(type)) {
      throw new IllegalArgumentException("keys and values in " + type);
    }
    if (Integer.bitCount(blockTokens) != 1 || Integer.bitCount(shards) != 1) {
      throw new IllegalArgumentException(
          "block and shards are powers of two: " + blockTokens + ", " + shards);
    }
  }

  /**
   * Returns the default block size of a model. A model with a short context gets smaller blocks, so
   * that they still spread over all ranks. The size is a function of the model alone, since it
   * determines the order of additions.
   *
   * @param context longest sequence of the model in tokens
   */
  public static int blockTokensFor(int context) {
    int fitting = Integer.highestOneBit(Math.max(1, context / 32));
    return Math.clamp(fitting, SMALLEST_BLOCK, LARGEST_BLOCK);
  }

  /**
   * Returns the bytes of one block: keys and values of all layers, including the padding of panels.
   */
  public long blockBytes() {
    return (long) layers * kvHeads * (keyBytes() + valueBytes());
  }

  /** Returns the number of outputs of a block's key panels: its tokens, but at least one panel. */
  int keyLanes() {
    return Math.max(Panels.WIDTH, blockTokens);
  }

  /** Returns the bytes of one head's keys in a block. */
  long keyBytes() {
    return KvTypes.keyBytes(type, headDim, keyLanes());
  }

  /** Returns the bytes of one head's values in a block. */
  long valueBytes() {
    return KvTypes.valueBytes(type, blockTokens, headDim);
  }

  /**
   * Returns the number of blocks for {@code tokens} tokens, the last of which may be partly filled.
   */
  public int blocks(int tokens) {
    return Math.ceilDiv(tokens, blockTokens);
  }

  /**
   * Returns the block that contains a token.
   *
   * @param token position in the sequence
   */
  public int blockOf(int token) {
    return token / blockTokens;
  }
}
