package kvasir.model;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.AttentionKind;
import kvasir.attention.AttentionMemory;
import kvasir.attention.AttentionShape;
import kvasir.attention.MergeTopology;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.kernel.Scratch;
import kvasir.measure.JvmMemory;
import kvasir.tensor.Shares;

/**
 * Bytes that one rank holds at most, by cause. Pages of the mapped model, which the system can
 * drop, are not among them.
 *
 * @param weights its slices of all matrices
 * @param cache its blocks of keys and values
 * @param buffers the table of rotations, activations, packed rows, attention states, messages,
 *     logits and scratch
 * @param jvm the program itself
 */
public record RankMemory(long weights, long cache, long buffers, long jvm) {
  /** Sizes of the ranks' slices of the weights, as a checkpoint or a configuration tells them. */
  @FunctionalInterface
  public interface Slices {
    /** Bytes of a rank's slices. */
    long bytes(Shares shares, int rank);
  }

  /**
   * Everything that decides memory but the model's weights and its split over ranks.
   *
   * @param threads of a rank
   * @param batch most tokens of one forward pass
   * @param positions of the longest sequence
   * @param logitRows rows of logits that are held at once
   */
  public record Run(
      ModelConfig config,
      CacheShape cache,
      AttentionKind attention,
      MergeTopology merge,
      int threads,
      int batch,
      int positions,
      int logitRows) {}

  /** Memory of all ranks, in their order. */
  public static List<RankMemory> ofAll(Run run, Slices weights, Shares shares) {
    ModelConfig c = run.config();
    CacheShape cache = run.cache();
    Ownership ownership = new Ownership(cache.shards(), shares);
    AttentionMemory attention =
        new AttentionMemory(
            AttentionShape.of(c.heads(), c.kvHeads(), c.headDim()),
            run.attention(),
            run.merge(),
            cache,
            ownership,
            run.threads(),
            run.positions());
    int tokens = Math.min(run.positions(), run.batch());
    long common = buffers(run, shares.parts(), tokens);
    long jvm = JvmMemory.bytes();
    int blocks = cache.blocks(run.positions());
    return IntStream.range(0, shares.parts())
        .mapToObj(
            rank ->
                new RankMemory(
                    weights.bytes(shares, rank),
                    ownership.ownedBlocks(rank, blocks) * cache.blockBytes(),
                    common + attention.bytes(rank, tokens),
                    jvm))
        .toList();
  }

  /** Memory of the rank that needs most. */
  public static RankMemory most(Run run, Slices weights, Shares shares) {
    return ofAll(run, weights, shares).stream()
        .max(Comparator.comparingLong(RankMemory::bytes))
        .orElseThrow();
  }

  /** Buffers that are as large on every rank. */
  private static long buffers(Run run, int ranks, int tokens) {
    ModelConfig config = run.config();
    return RopeTable.bytes(config, run.positions())
        + Activations.bytes(config, tokens)
        + ParallelLinear.packedBytes(config, tokens)
        + run.threads() * Scratch.bytes(tokens)
        + SliceExchange.bytes(config, ranks, tokens, run.logitRows())
        + (long) Float.BYTES * run.logitRows() * config.vocabulary();
  }

  /** All of it. */
  public long bytes() {
    return weights + cache + buffers + jvm;
  }
}
