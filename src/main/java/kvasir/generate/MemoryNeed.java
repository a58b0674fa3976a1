package kvasir.generate;

import java.util.Locale;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.error.UserError;
import kvasir.model.Activations;
import kvasir.model.ModelConfig;
import kvasir.model.RopeTable;
import kvasir.model.WeightSizes;
import kvasir.tensor.Shares;

/**
 * What a rank has to hold: its slices of the weights, its blocks of the KV cache, the activations
 * of one batch and the table of rotations.
 *
 * @param positions of the longest sequence
 * @param batch most tokens of one forward pass
 */
record MemoryNeed(
    WeightSizes weights, ModelConfig config, CacheShape shape, int positions, int batch) {

  /** Bytes of the rank that needs most. */
  long most(Shares shares) {
    Ownership ownership = new Ownership(shape.shards(), shares);
    int blocks = shape.blocks(positions);
    long most = 0;
    for (int rank = 0; rank < shares.parts(); rank++) {
      long cache = ownership.ownedBlocks(rank, blocks) * shape.blockBytes();
      most = Math.max(most, weights.bytes(shares, rank) + cache);
    }
    return most
        + Activations.bytes(config, Math.min(positions, batch))
        + RopeTable.bytes(config, positions);
  }

  /** Refuses what does not fit, and says how many ranks would hold it. */
  void check(Shares shares, long limit) {
    long need = most(shares);
    if (need > limit) {
      throw new UserError(
          "--memory-limit",
          "a rank needs %s for %,d tokens, the limit is %s"
              .formatted(text(need), positions, text(limit)),
          remedy(limit));
    }
  }

  private String remedy(long limit) {
    // Fewer ranks than this cannot hold it all.
    int least = Math.clamp(most(Shares.even(1)) / limit, 1, shape.shards());
    for (int ranks = least; ranks <= shape.shards(); ranks++) {
      if (most(Shares.even(ranks)) <= limit) {
        return "use " + ranks + " equal ranks, or a shorter context";
      }
    }
    return "no number of ranks up to --shards " + shape.shards() + " would do: raise the limit";
  }

  private static String text(long bytes) {
    return bytes < 1 << 20
        ? String.format(Locale.ROOT, "%,d bytes", bytes)
        : String.format(Locale.ROOT, "%,d MiB", Math.ceilDiv(bytes, 1 << 20));
  }
}
