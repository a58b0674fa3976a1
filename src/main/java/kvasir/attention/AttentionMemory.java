package kvasir.attention;

import java.util.List;
import java.util.stream.IntStream;
import kvasir.cache.CacheShape;
import kvasir.cache.Ownership;

/**
 * Memory that {@link ShardedAttention} takes on the ranks of one layout for its tiles, states and
 * messages.
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
   * @param threads of each rank's team
   * @param positions of the longest sequence
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

  /** Bytes on one rank for batches of so many tokens. */
  public long bytes(int rank, int tokens) {
    int tile = kind.tileTokens(shape, tokens, threads);
    int rows = tile * shape.group();
    long keys =
        (long) Math.ceilDiv(blocks, cache.shards()) * StandardAttention.lanes(cache.blockTokens());
    long tiles = threads * (QueryTile.bytes(shape, cache, rows) + kind.scoreBytes(rows, keys));
    int tasks = shape.kvHeads() * Math.ceilDiv(tokens, tile);
    return tiles + states(rank, tasks, tokens) + exchange(rank, tokens);
  }

  /** States of the rank's own pieces, of a prompt's batch and of single tokens. */
  private long states(int rank, int tasks, int tokens) {
    List<MergePlan.Subtree> roots = MergePlan.roots(ownership, rank).toList();
    int cuts = ShardedAttention.cuts(tasks * roots.size(), threads, cache.shards());
    long pieces = roots.stream().mapToLong(root -> Math.min(root.span(), 1L << cuts)).sum();
    boolean none = ownership.ranks() == 1 && pieces == 1;
    return (none ? 0 : pieces * stateBytes(tokens)) + cache.shards() * stateBytes(1);
  }

  private long exchange(int rank, int tokens) {
    int own = filled(rank);
    StateCounts counts =
        new StateCounts(stateBytes(tokens), ownership.ranks(), own, filledOfAll - own, levels);
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

  /** Levels of the merge tree whose nodes a border between ranks runs through. */
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
