package kvasir.attention;

import java.util.List;
import kvasir.attention.MergePlan.Step;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;

/**
 * Merge up the tree to rank 0, which then broadcasts the result:
 *
 * <pre>
 *   0 &lt;- 1   2 &lt;- 3        the plan's messages, level by level
 *   0 &lt;------ 2            then 0 -> 2, 0 -> 1, 2 -> 3
 * </pre>
 */
final class TreeMerge implements StateMerge {
  private final Communicator world;
  private final MergePlan plan;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final List<Step> steps;

  TreeMerge(MergeContext context) {
    this.world = context.world();
    this.plan = context.plan();
    this.states = context.states();
    this.merger = context.merger();
    this.steps = plan.crossing(world.rank());
  }

  /** Returns the bytes that this merge needs on a rank in addition to its own states. */
  static long bytes(StateCounts c) {
    // A subtree's state at each level, and the transport's copy of one message.
    return (Math.min(c.otherSubtrees(), c.levels()) + 1L) * c.stateBytes();
  }

  @Override
  public void merge(int rows, int blocks) {
    for (Step step : steps) {
      if (plan.empty(step.right(), blocks)) {
        continue;
      }
      if (step.source() == world.rank() && step.message()) {
        world.send(states.bytes(step.right(), 0, rows), step.target());
      } else {
        if (step.message()) {
          states.hold(step.right(), 0, rows);
          world.receive(states.bytes(step.right(), 0, rows), step.source());
        }
        merger.merge(List.of(step), 0, rows, blocks);
      }
    }
    if (world.rank() != 0) {
      states.hold(0, 0, rows);
    }
    Collectives.broadcast(world, states.bytes(0, 0, rows), 0);
  }
}
