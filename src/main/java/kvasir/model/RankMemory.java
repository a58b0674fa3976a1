package kvasir.model;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.AttentionKind;
import kvasir.attention.AttentionMemory;
import kvasir.attention.AttentionShape;
import kvasir.attention.MergeTopology;
import kvasir.cache.BlockMemory;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;
import kvasir.kernel.Scratch;
import kvasir.measure.JvmMemory;
import kvasir.tensor.Shares;

/**
 * Upper bound of the memory of one rank, in bytes, by cause. Pages of the mapped model are not
 * included, since the system can drop them.
 *
 * @param weights the rank's slices of all matrices
 * @param cache the rank's blocks of keys and values
 * @param buffers rotary angles, activations, packed rows, attention states, messages, logits,
 *     offers of tokens and scratch
 * @param jvm the JVM itself
 */
public record RankMemory(long weights, long cache, long buffers, long jvm) {
  /**
   * Function that gives the sizes of the ranks' slices of the weights, from a checkpoint or a
   * configuration.
   */
  @FunctionalInterface
  public interface Slices {
    /** Returns the bytes of a rank's slices. */
    long bytes(Shares shares, int rank);
  }

  /**
   * Parameters of a run that determine its memory, except the model's weights and the division
   * among ranks.
   *
   * @param threads number of threads of a rank
   * @param batch largest number of tokens of one forward pass
   * @param positions number of tokens of the longest sequence
   * @param sequences largest number of sequences that are computed together
   * @param logitRows number of rows of logits that are held at once
   * @param pool bytes of each rank's blocks of many sequences; 0 where blocks are those of one
   *     sequence of {@code positions} tokens
   * @param offers bytes that each of several ranks sends for the tokens that are chosen together
   */
  public record Run(
      ModelConfig config,
      CacheShape cache,
      AttentionKind attention,
      MergeTopology merge,
      int threads,
      int batch,
      int positions,
      int sequences,
      int logitRows,
      long pool,
      long offers) {
    /** Returns the largest number of rows of one forward pass. */
    int rows() {
      return (int) Math.min((long) positions * sequences, batch);
    }
  }

  /** Returns the memory of each rank, in the order of ranks. */
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
    int tokens = run.rows();
    long common = buffers(run, shares.parts(), tokens);
    long jvm = run.pool() > 0 ? JvmMemory.bytesForRequests() : JvmMemory.bytes();
    int blocks = cache.blocks(run.positions());
    return IntStream.range(0, shares.parts())
        .mapToObj(
            rank -> {
              int owned = ownership.ownedBlocks(rank, blocks);
              return new RankMemory(
                  weights.bytes(shares, rank),
                  run.pool() > 0 ? run.pool() : owned * cache.blockBytes(),
                  common
                      + attention.bytes(rank, tokens)
                      + (run.pool() > 0 ? 0 : unused(cache, owned)),
                  jvm);
            })
        .toList();
  }

  /** Returns the bytes that are allocated for blocks beyond those that a rank owns. */
  private static long unused(CacheShape cache, int blocks) {
    return BlockMemory.bytes(cache, blocks) - blocks * cache.blockBytes();
  }

  /** Returns the memory of the rank that needs most. */
  public static RankMemory most(Run run, Slices weights, Shares shares) {
    return ofAll(run, weights, shares).stream()
        .max(Comparator.comparingLong(RankMemory::bytes))
        .orElseThrow();
  }

  /** Returns the bytes of the buffers that have the same size on every rank. */
  private static long buffers(Run run, int ranks, int tokens) {
    ModelConfig config = run.config();
    return RopeAngles.bytes(config, tokens)
        + Activations.bytes(config, tokens)
        + ParallelLinear.packedBytes(config, tokens)
        + run.threads() * Scratch.bytes(tokens)
        + SliceExchange.bytes(config, ranks, tokens, run.logitRows())
        + (long) Float.BYTES * run.logitRows() * config.vocabulary()
        + (ranks == 1 ? 0 : ranks * run.offers());
  }

  /** Returns the sum of all parts. */
  public long bytes() {
    return weights + cache + buffers + jvm;
  }
}
