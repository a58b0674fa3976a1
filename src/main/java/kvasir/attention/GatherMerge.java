package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.attention.MergePlan.Step;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.MessageBuffer;

/**
 * Every rank gets the states of all and merges them itself: the fewest messages in sequence, {@code
 * ceil(log2 ranks)}, for ranks times the bytes of one state. For decode, where a state is small.
 */
final class GatherMerge implements StateMerge {
  private final Communicator world;
  private final MergePlan plan;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final List<List<Subtree>> roots = new ArrayList<>();
  private final List<Step> steps;
  private final MessageBuffer buffer = new MessageBuffer();
  private final long[] starts;

  GatherMerge(Communicator world, MergePlan plan, SubtreeStates states, RowMerger merger) {
    this.world = world;
    this.plan = plan;
    this.states = states;
    this.merger = merger;
    this.steps = plan.crossing();
    this.starts = new long[world.size() + 1];
    for (int rank = 0; rank < world.size(); rank++) {
      roots.add(plan.roots(rank));
    }
  }

  @Override
  public void merge(int rows, int blocks) {
    for (int rank = 0; rank < world.size(); rank++) {
      starts[rank + 1] = starts[rank] + plan.filled(roots.get(rank), blocks) * states.bytes(rows);
    }
    MemorySegment room = buffer.room(starts[world.size()]);
    copy(room, world.rank(), rows, blocks, true);
    Collectives.allGather(world, room, starts);
    for (int rank = 0; rank < world.size(); rank++) {
      if (rank != world.rank()) {
        copy(room, rank, rows, blocks, false);
      }
    }
    merger.merge(steps, 0, rows, blocks);
  }

  private void copy(MemorySegment room, int rank, int rows, int blocks, boolean pack) {
    long at = starts[rank];
    long bytes = states.bytes(rows);
    for (Subtree root : roots.get(rank)) {
      if (plan.empty(root.position(), blocks)) {
        continue;
      }
      MemorySegment part = room.asSlice(at, bytes);
      if (pack) {
        part.copyFrom(states.bytes(root.position(), 0, rows));
      } else {
        states.hold(root.position(), 0, rows);
        states.bytes(root.position(), 0, rows).copyFrom(part);
      }
      at += bytes;
    }
  }
}
