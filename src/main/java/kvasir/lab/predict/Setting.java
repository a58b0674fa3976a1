package kvasir.lab.predict;

import kvasir.cache.CacheShape;
import kvasir.model.ModelConfig;
import kvasir.tensor.DType;

/**
 * What is computed, apart from where.
 *
 * @param blockTokens tokens in a KV block, a power of two
 * @param prefillChunk most tokens of one forward pass
 */
public record Setting(
    ModelConfig model, DType weightType, DType kvType, int blockTokens, int prefillChunk) {
  private static final int CHUNK = 512;

  /** As the commands do by default: bf16, blocks by the model's context, 512 tokens at once. */
  public static Setting of(ModelConfig model) {
    int block = CacheShape.blockTokensFor(model.maxPositions());
    return new Setting(model, DType.BF16, DType.BF16, block, CHUNK);
  }

  /** As this, with elements of other types. */
  public Setting with(DType weightType, DType kvType) {
    return new Setting(model, weightType, kvType, blockTokens, prefillChunk);
  }

  /** As this, with other passes over a prompt. */
  public Setting withChunk(int prefillChunk) {
    return new Setting(model, weightType, kvType, blockTokens, prefillChunk);
  }

  /** Bytes of the model's matrices. */
  public long weightBytes() {
    return WeightCount.of(model, weightType).bytes(1, 0);
  }

  /** Bytes that a token takes in the cache of all ranks together. */
  public long tokenBytes() {
    return 2L * model.layers() * model.kvHeads() * model.headDim() * kvType.bytes();
  }

  CacheShape cache(int shards) {
    return new CacheShape(
        model.layers(), model.kvHeads(), model.headDim(), kvType, blockTokens, shards);
  }
}
