package kvasir.generate;

import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.error.UserError;
import kvasir.kernel.Kernels;
import kvasir.model.Activations;
import kvasir.model.ModelConfig;
import kvasir.model.ModelWeights;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * What a rank has to hold: its slices of the weights, its blocks of the KV cache and the
 * activations of one batch.
 *
 * @param positions of the longest sequence
 * @param batch most tokens of one forward pass
 */
record MemoryNeed(
    Checkpoint checkpoint,
    ModelConfig config,
    Kernels kernels,
    CacheShape shape,
    int positions,
    int batch) {

  /** Bytes of the rank that needs most. */
  long most(Shares shares) {
    Ownership ownership = new Ownership(shape.shards(), shares);
    long most = 0;
    for (int rank = 0; rank < shares.parts(); rank++) {
      long cache = ownership.ownedBlocks(rank, shape.blocks(positions)) * shape.blockBytes();
      most = Math.max(most, ModelWeights.bytes(checkpoint, config, kernels, shares, rank) + cache);
    }
    return most + Activations.bytes(config, Math.min(positions, batch));
  }

  /** Refuses what does not fit, and says how many ranks would hold it. */
  void check(Shares shares, long limit) {
    long need = most(shares);
    if (limit == 0 || need <= limit) {
      return;
    }
    throw new UserError(
        "--memory-limit",
        "a rank needs %,d MiB for %,d tokens, the limit is %,d MiB"
            .formatted(Math.ceilDiv(need, 1 << 20), positions, limit >> 20),
        remedy(limit));
  }

  private String remedy(long limit) {
    for (int ranks = 1; ranks <= shape.shards(); ranks++) {
      if (most(Shares.even(ranks)) <= limit) {
        return "use " + ranks + " equal ranks, or a shorter context";
      }
    }
    return "no number of ranks up to --shards " + shape.shards() + " would do: raise the limit";
  }
}
