package kvasir.experiment.predict;

import kvasir.model.Activations;
import kvasir.model.RopeTable;

/**
 * What the rank that needs most holds.
 *
 * @param counted its slices of weights, its blocks of the cache, activations of one batch and the
 *     table of rotations, which each rank has whole: what {@code --memory-limit} counts
 * @param beside the JVM with its own
 */
public record RankMemory(long counted, long beside) {
  /** Of Qwen3-0.6B's ranks in experiments/distribution: resident beside weights and cache. */
  private static final long JVM = 600L << 20;

  /** Of a sequence of so many positions. */
  public static RankMemory of(Setting setting, Layout layout, int positions) {
    WeightCount weights = WeightCount.of(setting.model(), setting.weightType());
    KvCount cache = KvCount.of(setting, layout, positions);
    long most = 0;
    for (int rank = 0; rank < layout.ranks(); rank++) {
      most = Math.max(most, weights.bytes(layout.ranks(), rank) + cache.bytes(rank));
    }
    int batch = Math.min(positions, setting.prefillChunk());
    long buffers = Activations.bytes(setting.model(), batch);
    return new RankMemory(most + buffers + RopeTable.bytes(setting.model(), positions), JVM);
  }

  /** All of it. */
  public long bytes() {
    return counted + beside;
  }
}
