package kvasir.attention;

import java.util.List;
import java.util.stream.IntStream;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;

/**
 * Calculation of the memory that {@link ShardedAttention} needs on the ranks of one layout for
 * tiles, states and messages.
 */
public final class AttentionMemory {
  private final AttentionShape shape;
  private final AttentionKind kind;
  private final MergeTopology topology;
  private final CacheShape cache;
  private final Ownership ownership;
  private final int threads;
  private final int blocks;
  private final int levels;
  private final int filledOfAll;

  /**
   * Creates the calculation for one layout.
   *
   * @param threads number of threads of each rank's team
   * @param positions number of tokens of the longest sequence
   */
  public AttentionMemory(
      AttentionShape shape,
      AttentionKind kind,
      MergeTopology topology,
      CacheShape cache,
      Ownership ownership,
      int threads,
      int positions) {
    this.shape = shape;
    this.kind = kind;
    this.topology = topology;
    this.cache = cache;
    this.ownership = ownership;
    this.threads = threads;
    this.blocks = cache.blocks(positions);
    this.levels = levels(ownership);
    this.filledOfAll = IntStream.range(0, ownership.ranks()).map(this::filled).sum();
  }

  /** Returns an upper bound of the bytes on one rank for batches of up to {@code tokens} tokens. */
  public long bytes(int rank, int tokens) {
    int tile = kind.tileTokens(shape, tokens, threads);
    int shared = Math.min(tokens, kind.sharedTileTokens(shape)) * shape.group();
    int rows = Math.max(tile * shape.group(), shared);
    long keys =
        (long) Math.ceilDiv(blocks, cache.shards()) * StandardAttention.lanes(cache.blockTokens());
    long tiles =
        threads * (QueryTile.bytes(shape, cache, rows, shared) + kind.scoreBytes(rows, keys));
    int tasks = shape.kvHeads() * Math.ceilDiv(tokens, tile);
    return tiles + states(rank, tasks, tokens) + exchange(rank, tokens);
  }

  /**
   * Returns the bytes of the states of the rank's own pieces, for a batch of a prompt and for
   * single tokens.
   */
  private long states(int rank, int tasks, int tokens) {
    List<MergePlan.Subtree> roots = MergePlan.roots(ownership, rank).toList();
    int cuts = ShardedAttention.cuts(tasks * roots.size(), threads, cache.shards());
    long pieces = roots.stream().mapToLong(root -> Math.min(root.span(), 1L << cuts)).sum();
    boolean none = ownership.ranks() == 1 && pieces == 1;
    return (none ? 0 : pieces * stateBytes(tokens)) + cache.shards() * stateBytes(1);
  }

  private long exchange(int rank, int tokens) {
    int ownStates = filled(rank);
    StateCounts counts =
        new StateCounts(
            stateBytes(tokens), ownership.ranks(), ownStates, filledOfAll - ownStates, levels);
    return ownership.ranks() == 1 ? 0 : StateExchange.bytes(topology, counts);
  }

  private long stateBytes(int tokens) {
    return (long) Float.BYTES * tokens * shape.heads() * shape.stateSize();
  }

  private int filled(int rank) {
    return (int)
        MergePlan.roots(ownership, rank)
            .filter(root -> ownership.shardAt(root.position()) < blocks)
            .count();
  }

  /** Returns the number of levels of the merge tree at which a subtree spans several ranks. */
  private static int levels(Ownership ownership) {
    int all = Integer.numberOfTrailingZeros(ownership.shards());
    int below =
        IntStream.range(1, ownership.ranks())
            .map(rank -> Integer.numberOfTrailingZeros(ownership.first(rank)))
            .min()
            .orElse(all);
    return all - below;
  }
}
