package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cluster.Communicator;
import kvasir.cluster.Communicator.Message;
import kvasir.cluster.MessageBuffer;
import kvasir.tensor.Split;

/**
 * Merge by an all-to-all over heads: each rank receives all ranks' states for its part of the rows,
 * which are in the order of heads, and merges those (Helix parallelism, Bhatia et al. 2025, section
 * 2). It moves the fewest bytes, which suits prefill; outputs must be gathered afterwards.
 */
final class HeadMerge implements StateMerge {
  private final MergeContext context;
  private final Communicator world;
  private final SubtreeStates states;
  private final MessageBuffer outgoing = new MessageBuffer();
  private final MessageBuffer incoming = new MessageBuffer();

  HeadMerge(MergeContext context) {
    this.context = context;
    this.world = context.world();
    this.states = context.states();
  }

  /** Returns the bytes that this merge needs on a rank in addition to its own states. */
  static long bytes(StateCounts c) {
    long part = Math.ceilDiv(c.stateBytes(), c.ranks());
    long incoming = c.otherSubtrees() * part;
    long outgoing = c.ownSubtrees() * c.stateBytes();
    // Buffers for both and the transport's copies of them. Each counts twice, for the smaller
    // buffer that it replaced as the sequence filled more subtrees and that is not yet collected.
    long messages = 4 * (incoming + outgoing);
    return incoming + messages + 2 * c.stateBytes();
  }

  @Override
  public int from(int rows) {
    return start(rows, world.size(), world.rank());
  }

  @Override
  public int to(int rows) {
    return start(rows, world.size(), world.rank() + 1);
  }

  /** Returns the first row that a rank merges. */
  static int start(int rows, int ranks, int rank) {
    return Split.start(rows, ranks, rank);
  }

  @Override
  public void merge(int rows, int blocks) {
    List<Message> sends = pack(rows, context.filled(world.rank(), blocks));
    List<Message> receives = room(rows, blocks);
    world.exchange(sends, receives);
    int from = from(rows);
    int to = to(rows);
    for (Message message : receives) {
      states.fill(context.filled(message.peer(), blocks), from, to, message.data(), 0);
    }
    context.merger().merge(context.crossing(), from, to, blocks);
  }

  private List<Message> pack(int rows, List<Subtree> ownRoots) {
    MemorySegment room = outgoing.room(ownRoots.size() * states.bytes(rows));
    List<Message> sends = new ArrayList<>();
    long offset = 0;
    // Each rank starts with another peer, so that no rank is the first target of all.
    for (int i = 1; i < world.size(); i++) {
      int peer = (world.rank() + i) % world.size();
      int from = start(rows, world.size(), peer);
      int to = start(rows, world.size(), peer + 1);
      long begin = offset;
      for (Subtree root : ownRoots) {
        MemorySegment part = states.bytes(root.position(), from, to);
        MemorySegment.copy(part, 0, room, offset, part.byteSize());
        offset += part.byteSize();
      }
      if (offset > begin) {
        sends.add(new Message(peer, room.asSlice(begin, offset - begin)));
      }
    }
    return sends;
  }

  private List<Message> room(int rows, int blocks) {
    long bytes = states.bytes(to(rows) - from(rows));
    MemorySegment room = incoming.room(context.filledOfAll(blocks) * bytes);
    List<Message> receives = new ArrayList<>();
    long offset = 0;
    for (int i = 1; i < world.size(); i++) {
      int peer = Math.floorMod(world.rank() - i, world.size());
      long part = context.filled(peer, blocks).size() * bytes;
      if (part > 0) {
        receives.add(new Message(peer, room.asSlice(offset, part)));
      }
      offset += part;
    }
    return receives;
  }
}
