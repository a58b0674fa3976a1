package kvasir.engine;

import java.nio.file.Path;
import kvasir.attention.AttentionKind;
import kvasir.cache.CacheShape;
import kvasir.kernel.Kernels;
import kvasir.team.Binding;
import kvasir.tensor.DType;

/**
 * What an engine is built from; validated by whoever makes it.
 *
 * @param model directory in Hugging Face's layout
 * @param threads of this rank's team
 * @param binding where they run
 * @param blockTokens tokens in a KV block, a power of two; 0 chooses by the model's context
 * @param shards leaves of the merge tree, a power of two
 * @param prefillChunk most tokens of one forward pass; does not change bits
 * @param distribution how the model is dealt out over ranks; does not change bits
 */
public record EngineSettings(
    Path model,
    DType kvType,
    AttentionKind attention,
    Kernels kernels,
    int threads,
    Binding binding,
    int blockTokens,
    int shards,
    int prefillChunk,
    Distribution distribution) {

  /** As these, with other ways to compute; for comparing them. */
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

  /** As these, dealt out otherwise. */
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

  /** The block size of a run: what was asked for, or by the model's context. */
  public int blockTokensFor(int context) {
    return blockTokens > 0 ? blockTokens : CacheShape.blockTokensFor(context);
  }
}
