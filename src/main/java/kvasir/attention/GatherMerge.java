package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.List;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cluster.Collectives;
import kvasir.cluster.MessageBuffer;

/**
 * Merge by all-gather: every rank receives all states and merges them itself. It takes the fewest
 * messages in sequence, {@code ceil(log2 ranks)}, but as many times the bytes of one state as there
 * are ranks. It suits decode, where states are small.
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

  /** Returns the bytes that this merge needs on a rank in addition to its own states. */
  static long bytes(StateCounts c) {
    // The other ranks' states, a message buffer for all states, and the transport's copy of it.
    return (c.otherSubtrees() + 2L * (c.ownSubtrees() + c.otherSubtrees())) * c.stateBytes();
  }

  @Override
  public void merge(int rows, int blocks) {
    int thisRank = context.world().rank();
    int ranks = context.world().size();
    long bytes = states.bytes(rows);
    for (int rank = 0; rank < ranks; rank++) {
      starts[rank + 1] = starts[rank] + context.filled(rank, blocks).size() * bytes;
    }
    MemorySegment room = buffer.room(starts[ranks]);
    List<Subtree> ownRoots = context.filled(thisRank, blocks);
    for (int i = 0; i < ownRoots.size(); i++) {
      MemorySegment part = room.asSlice(starts[thisRank] + i * bytes, bytes);
      part.copyFrom(states.bytes(ownRoots.get(i).position(), 0, rows));
    }
    Collectives.allGather(context.world(), room, starts);
    for (int rank = 0; rank < ranks; rank++) {
      if (rank != thisRank) {
        states.fill(context.filled(rank, blocks), 0, rows, room, starts[rank]);
      }
    }
    context.merger().merge(context.crossing(), 0, rows, blocks);
  }
}
