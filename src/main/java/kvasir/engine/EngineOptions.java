package kvasir.engine;

import java.nio.file.Path;
import java.util.List;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.team.Binding;
import kvasir.tensor.DType;

/**
 * Options of an engine that hold for all ranks, as they travel to each of them.
 *
 * @param model directory in Hugging Face's layout; a relative path starts at the folder that the
 *     command was given in
 * @param blockTokens tokens in a KV block, a power of two; 0 chooses by the model's context
 * @param shards leaves of the merge tree, a power of two
 * @param prefillChunk most tokens of one forward pass
 * @param weights share of each rank; empty where shares are equal or measured
 * @param measuresShares whether shares follow the rate at which each rank reads memory
 * @param memoryLimit most bytes that a rank may hold; 0 for no limit
 */
public record EngineOptions(
    String model,
    DType kvType,
    AttentionKind attention,
    KernelKind kernels,
    int blockTokens,
    int shards,
    int prefillChunk,
    List<Integer> weights,
    boolean measuresShares,
    MergeTopology merge,
    long memoryLimit) {
  /** Implementations of the kernels; their results are the same bits. */
  public enum KernelKind {
    VECTOR,
    SCALAR;

    Kernels create() {
      return this == VECTOR ? new VectorKernels() : new ScalarKernels();
    }
  }

  public EngineOptions {
    weights = List.copyOf(weights);
  }

  /** Returns the directory of the model. */
  public Path directory() {
    return Path.of(model);
  }

  /** Refuses a world of ranks that these options do not fit. */
  public void check(int ranks) {
    if (ranks > shards) {
      throw new UserError("--shards", ranks + " ranks for " + shards + " shards", "raise it");
    }
    if (!weights.isEmpty() && weights.size() != ranks) {
      throw new UserError(
          "--shares", weights.size() + " shares for " + ranks + " ranks", "give one each");
    }
    if (weights.contains(0)) {
      throw new UserError("--shares", "a share is 0", "leave that rank out");
    }
  }

  /** Returns the settings of a rank, with the shares as given. */
  public EngineSettings settings(int threads, Binding binding) {
    return settings(threads, binding, weights);
  }

  /**
   * Returns the settings of a rank.
   *
   * @param shares of all ranks; empty where they are equal
   */
  public EngineSettings settings(int threads, Binding binding, List<Integer> shares) {
    return new EngineSettings(
        directory(),
        kvType,
        attention,
        kernels.create(),
        threads,
        binding,
        blockTokens,
        shards,
        prefillChunk,
        new Distribution(shares, merge, memoryLimit));
  }
}
