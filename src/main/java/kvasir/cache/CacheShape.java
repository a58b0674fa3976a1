package kvasir.cache;

import kvasir.tensor.DType;
import kvasir.tensor.Panels;

/**
 * Everything that decides the layout of a KV cache and the order of additions over it. It is part
 * of a run's configuration and never derived from the number of ranks or threads: two runs with
 * equal shapes give equal bits.
 *
 * @param blockTokens tokens in a block, a power of two
 * @param shards classes of blocks, a power of two; no more ranks than this
 */
public record CacheShape(
    int layers, int kvHeads, int headDim, DType type, int blockTokens, int shards) {
  private static final int LARGEST_BLOCK = 256;
  private static final int SMALLEST_BLOCK = 16;

  public CacheShape {
    if (layers < 1 || kvHeads < 1 || headDim < 1) {
      throw new IllegalArgumentException("empty cache: " + layers + "," + kvHeads + "," + headDim);
    }
    if (Integer.bitCount(blockTokens) != 1 || Integer.bitCount(shards) != 1) {
      throw new IllegalArgumentException(
          "block and shards are powers of two: " + blockTokens + ", " + shards);
    }
  }

  /**
   * The block size of a model where nobody asks for one. A block of a short context is smaller, so
   * that it still spreads over all ranks; a function of the model alone, since it decides the order
   * of additions.
   */
  public static int blockTokensFor(int context) {
    int fitting = Integer.highestOneBit(Math.max(1, context / 32));
    return Math.clamp(fitting, SMALLEST_BLOCK, LARGEST_BLOCK);
  }

  /** Bytes of one block: keys and values of all layers, with what pads panels. */
  public long blockBytes() {
    return (long) layers * kvHeads * (keyBytes() + valueBytes());
  }

  /** Outputs of a block of keys: its tokens, at least a panel of them. */
  int keyLanes() {
    return Math.max(Panels.WIDTH, blockTokens);
  }

  /** Bytes of one head's keys in a block. */
  long keyBytes() {
    return Panels.bytes(type, headDim, keyLanes());
  }

  /** Bytes of one head's values in a block. */
  long valueBytes() {
    return Panels.bytes(type, blockTokens, headDim);
  }

  /** Blocks that a number of tokens fills, the last one perhaps partly. */
  public int blocks(int tokens) {
    return Math.ceilDiv(tokens, blockTokens);
  }

  /** The block in which a token stands. */
  public int blockOf(int token) {
    return token / blockTokens;
  }
}
