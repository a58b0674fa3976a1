package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.List;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cluster.Collectives;
import kvasir.cluster.MessageBuffer;

/**
 * Every rank gets the states of all and merges them itself: the fewest messages in sequence, {@code
 * ceil(log2 ranks)}, for ranks times the bytes of one state. For decode, where a state is small.
 */
final class GatherMerge implements StateMerge {
  private final MergeContext context;
  private final SubtreeStates states;
  private final MessageBuffer buffer = new MessageBuffer();
  private final long[] starts;

  GatherMerge(MergeContext context) {
    this.context = context;
    this.states = context.states();
    this.starts = new long[context.world().size() + 1];
  }

  static long bytes(StateCounts c) {
    // Others' states, a message buffer of all, and what the transport copies of it.
    return (c.others() + 2L * (c.own() + c.others())) * c.stateBytes();
  }

  @Override
  public void merge(int rows, int blocks) {
    int own = context.world().rank();
    int ranks = context.world().size();
    long bytes = states.bytes(rows);
    for (int rank = 0; rank < ranks; rank++) {
      starts[rank + 1] = starts[rank] + context.filled(rank, blocks).size() * bytes;
    }
    MemorySegment room = buffer.room(starts[ranks]);
    List<Subtree> mine = context.filled(own, blocks);
    for (int i = 0; i < mine.size(); i++) {
      MemorySegment part = room.asSlice(starts[own] + i * bytes, bytes);
      part.copyFrom(states.bytes(mine.get(i).position(), 0, rows));
    }
    Collectives.allGather(context.world(), room, starts);
    for (int rank = 0; rank < ranks; rank++) {
      if (rank != own) {
        states.fill(context.filled(rank, blocks), 0, rows, room, starts[rank]);
      }
    }
    context.merger().merge(context.crossing(), 0, rows, blocks);
  }
}
