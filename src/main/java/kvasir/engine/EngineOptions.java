package kvasir.engine;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.nio.file.Path;
import java.util.List;
import kvasir.attention.AttentionKind;
import kvasir.attention.MergeTopology;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.kernel.ScalarKernels;
import kvasir.kernel.VectorKernels;
import kvasir.team.Binding;
import kvasir.tensor.StorageFormat;

/**
 * The options of an engine that are the same for all ranks, in the form in which they are sent to
 * each rank.
 *
 * @param model directory in Hugging Face's layout; a relative path starts at the folder in which
 *     the command was given
 * @param blockTokens number of tokens in a KV block, a power of two; 0 derives it from the length
 *     of the model's context
 * @param shards number of leaves of the merge tree, a power of two
 * @param prefillChunk the largest number of tokens in one forward pass
 * @param weights relative share of each rank; empty if shares are equal or measured
 * @param measuresShares true if shares follow the rate at which each rank reads memory
 * @param memoryLimit the largest number of bytes that a rank may hold; 0 for no limit
 */
public record EngineOptions(
    String model,
    @JsonDeserialize(using = KvTypeReader.class) StorageFormat kvType,
    AttentionKind attention,
    KernelKind kernels,
    int blockTokens,
    int shards,
    int prefillChunk,
    List<Integer> weights,
    boolean measuresShares,
    MergeTopology merge,
    long memoryLimit) {
  /** The implementations of the kernels, whose results have the same bits. */
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

  /** Throws a {@link UserError} if these options do not fit the number of ranks. */
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
   * @param shares relative share of each rank; empty if they are equal
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
