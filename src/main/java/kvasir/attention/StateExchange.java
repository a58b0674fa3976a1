package kvasir.attention;

import java.util.EnumMap;
import java.util.Map;
import kvasir.cluster.Link;

/** Selection of the merge of each batch over the ranks. Not thread-safe. */
final class StateExchange {
  private final MergeTopology requested;
  private final MergeCosts costs;
  private final Map<MergeTopology, StateMerge> merges = new EnumMap<>(MergeTopology.class);

  StateExchange(MergeTopology requested, Link link, MergeContext context) {
    this.requested = requested;
    this.costs = MergeCosts.of(link, context.plan());
    merges.put(MergeTopology.TREE, new TreeMerge(context));
    merges.put(MergeTopology.BUTTERFLY, new ButterflyMerge(context));
    merges.put(MergeTopology.GATHER, new GatherMerge(context));
    merges.put(MergeTopology.ALLTOALL, new HeadMerge(context));
  }

  /**
   * Returns the bytes that merging needs on a rank in addition to its own states, at most, over all
   * topologies that may be chosen.
   */
  static long bytes(MergeTopology topology, StateCounts counts) {
    return switch (topology) {
      case TREE -> TreeMerge.bytes(counts);
      case BUTTERFLY -> ButterflyMerge.bytes(counts);
      case GATHER -> GatherMerge.bytes(counts);
      case ALLTOALL -> HeadMerge.bytes(counts);
      // The other topologies are chosen only for batches with small states.
      case AUTO -> Math.max(ButterflyMerge.bytes(counts), HeadMerge.bytes(counts));
    };
  }

  /**
   * Returns the merge for a batch.
   *
   * @param stateBytes bytes of the states of one subtree for all rows of the batch
   * @param whole whether every rank needs the merged states of all rows
   */
  StateMerge of(long stateBytes, boolean whole) {
    MergeTopology topology = requested == MergeTopology.AUTO ? costs.choose(stateBytes) : requested;
    return merges.get(
        whole && topology == MergeTopology.ALLTOALL ? MergeTopology.GATHER : topology);
  }
}
