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
