package kvasir.attention;

import kvasir.attention.MergePlan.Step;
import kvasir.cluster.Link;

/**
 * Cost model of merging, from the number of messages in sequence and the bytes through one link.
 * Every rank has the same numbers, so all make the same choice.
 *
 * @param link cost of a message, the same on every rank
 * @param ranks number of ranks of the world
 * @param levels number of levels of the merge tree that cross ranks
 */
public record MergeCosts(Link link, int ranks, int levels) {
  /** Cost of one more message while others are in flight, as a fraction of the latency. */
  private static final double OVERLAP = 0.3;

  /** Returns the cost model of a plan. */
  public static MergeCosts of(Link link, MergePlan plan) {
    int levels = (int) plan.crossing().stream().mapToInt(Step::span).distinct().count();
    return new MergeCosts(link, plan.ownership().ranks(), levels);
  }

  /**
   * Returns the topology with the least cost for a batch.
   *
   * @param stateBytes bytes of the states of one subtree for all rows of the batch
   */
  public MergeTopology choose(long stateBytes) {
    MergeTopology best = MergeTopology.GATHER;
    for (MergeTopology each : MergeTopology.values()) {
      if (each != MergeTopology.AUTO && seconds(each, stateBytes) < seconds(best, stateBytes)) {
        best = each;
      }
    }
    return best;
  }

  /**
   * Returns the number of messages in sequence in one merge, including those that give every rank
   * the result.
   */
  public int messages(MergeTopology topology) {
    return switch (topology) {
      case TREE -> levels + rounds();
      case BUTTERFLY -> levels;
      case GATHER -> rounds();
      case ALLTOALL -> 1 + rounds();
      case AUTO -> throw new IllegalArgumentException("no topology of its own");
    };
  }

  private int rounds() {
    return 32 - Integer.numberOfLeadingZeros(ranks - 1);
  }

  /**
   * Returns the seconds of one merge, including the time until every rank has the result.
   *
   * @param stateBytes bytes of the states of one subtree for all rows of the batch
   */
  public double seconds(MergeTopology topology, long stateBytes) {
    int rounds = rounds();
    double part = (double) stateBytes / ranks;
    return switch (topology) {
      case TREE -> levels * link.seconds(stateBytes) + rounds * link.seconds(stateBytes);
      case BUTTERFLY -> levels * link.seconds(stateBytes);
      case GATHER -> rounds * link.latency() + (ranks - 1) * stateBytes * link.perByte();
      case ALLTOALL ->
          link.latency() * (1 + OVERLAP * (ranks - 2) + rounds)
              + 2 * (ranks - 1) * part * link.perByte();
      case AUTO -> throw new IllegalArgumentException("no topology of its own");
    };
  }
}
