package kvasir.generate;

import java.nio.file.Path;
import kvasir.attention.AttentionKind;
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

  private static final int LARGEST_BLOCK = 256;
  private static final int SMALLEST_BLOCK = 16;

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

  /**
   * The block size of a run. A block of a short context is smaller, so that it still spreads over
   * all ranks; a function of the model alone, since it decides the order of additions.
   */
  public int blockTokensFor(int context) {
    int fitting = Integer.highestOneBit(Math.max(1, context / 32));
    return blockTokens > 0 ? blockTokens : Math.clamp(fitting, SMALLEST_BLOCK, LARGEST_BLOCK);
  }
}
