package kvasir.lab.predict;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A layout on a cluster: the number of nodes, of ranks on each and of threads of each rank.
 *
 * @param threads number of threads of each rank
 * @param shards number of leaves of the merge tree, a power of two, not less than the number of
 *     ranks
 */
public record ClusterLayout(int nodes, int ranksPerNode, int threads, int shards) {
  /** The largest number of shards, and so of ranks, that a run may have. */
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

  /** Returns the number of ranks on all nodes together. */
  @JsonProperty("ranks")
  public int ranks() {
    return nodes * ranksPerNode;
  }

  /**
   * Returns this layout as the commands write it: {@code 2x4} stands for two ranks of four threads.
   */
  public String label() {
    return ranks() + "x" + threads;
  }

  /**
   * Returns a number of shards that keeps all threads busy. A task is one KV head of one shard, so
   * there should be several for each thread. If the number of ranks is not a power of two, ranks
   * get different numbers of shards, and more shards make the difference relatively smaller.
   */
  public static int shardsFor(int ranks, int threads, int kvHeads) {
    long tasks = Math.ceilDiv((long) TASKS_PER_THREAD * ranks * threads, kvHeads);
    long even = Integer.bitCount(ranks) == 1 ? ranks : (long) UNEVEN * ranks;
    long wanted = Math.max(FEWEST_SHARDS, Math.max(tasks, even));
    return (int) Math.min(MOST_SHARDS, Long.highestOneBit(2 * wanted - 1));
  }
}
