package kvasir.lab.predict;

import kvasir.cache.CacheShape;
import kvasir.cache.KvTypes;
import kvasir.model.ModelConfig;
import kvasir.tensor.DType;
import kvasir.tensor.StorageFormat;

/**
 * The model and the numeric options of a prediction, which do not depend on the layout.
 *
 * @param bytesPerWeight bytes that a weight takes on average
 * @param kvType element type of the KV cache
 * @param blockTokens number of tokens in a KV block, a power of two
 * @param prefillChunk the largest number of tokens of one forward pass
 */
public record Setting(
    ModelConfig model,
    double bytesPerWeight,
    StorageFormat kvType,
    int blockTokens,
    int prefillChunk) {
  private static final int CHUNK = 512;

  /**
   * Returns the default setting of the commands: weights and KV of two bytes, a block size that
   * depends on the model's context, and 512 tokens in a forward pass.
   */
  public static Setting of(ModelConfig model) {
    int block = CacheShape.blockTokensFor(model.maxPositions());
    return new Setting(model, DType.BF16.bytes(), DType.BF16, block, CHUNK);
  }

  /** Returns a copy of this setting with weights and a KV cache of other sizes. */
  public Setting with(double bytesPerWeight, StorageFormat kvType) {
    return new Setting(model, bytesPerWeight, kvType, blockTokens, prefillChunk);
  }

  /** Returns a copy of this setting with another number of tokens in a forward pass. */
  public Setting withChunk(int prefillChunk) {
    return new Setting(model, bytesPerWeight, kvType, blockTokens, prefillChunk);
  }

  /** Returns the bytes of the model's matrices. */
  public long weightBytes() {
    return WeightCount.of(model, bytesPerWeight).bytes(1, 0);
  }

  /** Returns the bytes that a token takes in the caches of all ranks together. */
  public long tokenBytes() {
    return 2L * model.layers() * model.kvHeads() * KvTypes.headBytes(kvType, model.headDim());
  }

  /** Returns the shape of the KV cache. */
  CacheShape cache(int shards) {
    return new CacheShape(
        model.layers(), model.kvHeads(), model.headDim(), kvType, blockTokens, shards);
  }
}
