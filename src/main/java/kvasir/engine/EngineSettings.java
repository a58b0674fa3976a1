package kvasir.engine;

import java.nio.file.Path;
import kvasir.attention.AttentionKind;
import kvasir.cache.CacheShape;
import kvasir.kernel.Kernels;
import kvasir.team.Binding;
import kvasir.tensor.StorageFormat;

/**
 * The settings that an engine is built from. The caller has validated them.
 *
 * @param model directory in Hugging Face's layout
 * @param kvType element type of the KV cache
 * @param threads number of threads of this rank's team
 * @param binding the processors that these threads are bound to
 * @param blockTokens number of tokens in a KV block, a power of two; 0 derives it from the length
 *     of the model's context
 * @param shards number of leaves of the merge tree, a power of two
 * @param prefillChunk the largest number of tokens in one forward pass; does not change bits
 * @param distribution the distribution of the model over ranks; does not change bits
 */
public record EngineSettings(
    Path model,
    StorageFormat kvType,
    AttentionKind attention,
    Kernels kernels,
    int threads,
    Binding binding,
    int blockTokens,
    int shards,
    int prefillChunk,
    Distribution distribution) {

  /**
   * Returns a copy of these settings with another kind of attention, kernels and number of threads.
   */
  public EngineSettings with(AttentionKind attention, Kernels kernels, int threads) {
    return new EngineSettings(
        model,
        kvType,
        attention,
        kernels,
        threads,
        binding,
        blockTokens,
        shards,
        prefillChunk,
        distribution);
  }

  /** Returns a copy of these settings with another distribution over ranks. */
  public EngineSettings with(Distribution distribution) {
    return new EngineSettings(
        model,
        kvType,
        attention,
        kernels,
        threads,
        binding,
        blockTokens,
        shards,
        prefillChunk,
        distribution);
  }

  /**
   * Returns the number of tokens in a KV block: the value that was asked for, or one derived from
   * the length of the model's context.
   *
   * @param context length of the model's context, in tokens
   */
  public int blockTokensFor(int context) {
    return blockTokens > 0 ? blockTokens : CacheShape.blockTokensFor(context);
  }
}
