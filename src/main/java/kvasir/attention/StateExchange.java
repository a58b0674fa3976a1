package kvasir.attention;

import java.util.EnumMap;
import java.util.Map;
import kvasir.cluster.Link;

/** Chooses for each batch how its states are merged over the ranks. */
final class StateExchange {
  private final MergeTopology asked;
  private final MergeCosts costs;
  private final Map<MergeTopology, StateMerge> merges = new EnumMap<>(MergeTopology.class);

  StateExchange(MergeTopology asked, Link link, MergeContext context) {
    this.asked = asked;
    this.costs = MergeCosts.of(link, context.plan());
    merges.put(MergeTopology.TREE, new TreeMerge(context));
    merges.put(MergeTopology.BUTTERFLY, new ButterflyMerge(context));
    merges.put(MergeTopology.GATHER, new GatherMerge(context));
    merges.put(MergeTopology.ALLTOALL, new HeadMerge(context));
  }

  /** Bytes that merging takes on a rank beside its own states; the most of what may be chosen. */
  static long bytes(MergeTopology topology, StateCounts counts) {
    return switch (topology) {
      case TREE -> TreeMerge.bytes(counts);
      case BUTTERFLY -> ButterflyMerge.bytes(counts);
      case GATHER -> GatherMerge.bytes(counts);
      case ALLTOALL -> HeadMerge.bytes(counts);
      // The others are chosen for batches whose states are small.
      case AUTO -> Math.max(ButterflyMerge.bytes(counts), HeadMerge.bytes(counts));
    };
  }

  /**
   * The merge for a batch.
   *
   * @param stateBytes of all its rows
   * @param whole whether every rank has to see the merged states of all rows
   */
  StateMerge of(long stateBytes, boolean whole) {
    MergeTopology topology = asked == MergeTopology.AUTO ? costs.choose(stateBytes) : asked;
    return merges.get(
        whole && topology == MergeTopology.ALLTOALL ? MergeTopology.GATHER : topology);
  }
}
