package kvasir.attention;

import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.MergePlan.Step;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cluster.Communicator;

/** Objects that all implementations of {@link StateMerge} share. Not thread-safe. */
final class MergeContext {
  private final Communicator world;
  private final MergePlan plan;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final List<List<Subtree>> roots;
  private final List<Step> crossing;

  private int blocks = -1;
  private List<List<Subtree>> filled = List.of();

  MergeContext(Communicator world, MergePlan plan, SubtreeStates states, RowMerger merger) {
    this.world = world;
    this.plan = plan;
    this.states = states;
    this.merger = merger;
    this.roots = IntStream.range(0, world.size()).mapToObj(plan::roots).toList();
    this.crossing = plan.crossing();
  }

  Communicator world() {
    return world;
  }

  MergePlan plan() {
    return plan;
  }

  SubtreeStates states() {
    return states;
  }

  RowMerger merger() {
    return merger;
  }

  /** Returns the steps of the plan that span several ranks, in order. */
  List<Step> crossing() {
    return crossing;
  }

  /**
   * Returns a rank's maximal subtrees that contain at least one of the first {@code blocks} blocks
   * of the sequence.
   */
  List<Subtree> filled(int rank, int blocks) {
    if (blocks != this.blocks) {
      this.blocks = blocks;
      this.filled =
          roots.stream()
              .map(own -> own.stream().filter(r -> !plan.empty(r.position(), blocks)).toList())
              .toList();
    }
    return filled.get(rank);
  }

  /** Returns the number of maximal subtrees of all ranks that contain a block. */
  int filledOfAll(int blocks) {
    int count = 0;
    for (int rank = 0; rank < world.size(); rank++) {
      count += filled(rank, blocks).size();
    }
    return count;
  }
}
