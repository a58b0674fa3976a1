package kvasir.attention;

import kvasir.attention.MergePlan.Step;
import kvasir.cluster.Link;

/**
 * What merging costs a rank in time, by a model of messages in sequence and bytes through one link.
 * Every rank has the same numbers, so all choose alike.
 *
 * @param ranks of the world
 * @param levels of the merge tree that cross ranks
 */
public record MergeCosts(Link link, int ranks, int levels) {
  /** Sending one more message while others are under way, in latencies. */
  private static final double OVERLAP = 0.3;

  /** Those of a plan. */
  public static MergeCosts of(Link link, MergePlan plan) {
    int levels = (int) plan.crossing().stream().mapToInt(Step::span).distinct().count();
    return new MergeCosts(link, plan.ownership().ranks(), levels);
  }

  /** The cheapest topology for a batch whose states take so many bytes on each rank. */
  public MergeTopology choose(long stateBytes) {
    MergeTopology best = MergeTopology.GATHER;
    for (MergeTopology each : MergeTopology.values()) {
      if (each != MergeTopology.AUTO && seconds(each, stateBytes) < seconds(best, stateBytes)) {
        best = each;
      }
    }
    return best;
  }

  /** Messages that follow each other in one merge, with what gives every rank the result. */
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

  /** Seconds of one merge, with what gives every rank the result. */
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
