package kvasir.lab.predict;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Where ranks and threads stand.
 *
 * @param threads of each rank
 * @param shards leaves of the merge tree, a power of two, at least as many as ranks
 */
public record ClusterLayout(int nodes, int ranksPerNode, int threads, int shards) {
  /** The most shards that a run may ask for, so the most ranks. */
  public static final int MOST_SHARDS = 1 << 12;

  private static final int FEWEST_SHARDS = 16;
  private static final int TASKS_PER_THREAD = 4;
  private static final int UNEVEN = 8;

  public ClusterLayout {
    if (nodes < 1 || ranksPerNode < 1 || threads < 1) {
      throw new IllegalArgumentException(nodes + " x " + ranksPerNode + " x " + threads);
    }
    if (Integer.bitCount(shards) != 1 || shards < (long) nodes * ranksPerNode) {
      throw new IllegalArgumentException(shards + " shards");
    }
  }

  /** Of all nodes. */
  @JsonProperty("ranks")
  public int ranks() {
    return nodes * ranksPerNode;
  }

  /** As the commands write it: {@code 2x4} are two ranks of four threads. */
  public String label() {
    return ranks() + "x" + threads;
  }

  /**
   * Shards that keep all threads busy: a thread's task is one KV head of one shard, and ranks that
   * are no power of two get runs of unequal length, the less so the more shards there are.
   */
  public static int shardsFor(int ranks, int threads, int kvHeads) {
    long tasks = Math.ceilDiv((long) TASKS_PER_THREAD * ranks * threads, kvHeads);
    long even = Integer.bitCount(ranks) == 1 ? ranks : (long) UNEVEN * ranks;
    long wanted = Math.max(FEWEST_SHARDS, Math.max(tasks, even));
    return (int) Math.min(MOST_SHARDS, Long.highestOneBit(2 * wanted - 1));
  }
}
