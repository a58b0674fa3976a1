package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.attention.MergePlan.Step;
import kvasir.attention.MergePlan.Subtree;
import kvasir.cluster.Communicator;
import kvasir.cluster.Communicator.Message;
import kvasir.cluster.MessageBuffer;
import kvasir.tensor.Split;

/**
 * All to all by heads: each rank gets all ranks' states of its part of the rows, which are in the
 * order of heads, and merges those (Helix parallelism, Bhatia et al. 2025, section 2). The fewest
 * bytes, for prefill; outputs have to be gathered afterwards.
 */
final class HeadMerge implements StateMerge {
  private final Communicator world;
  private final MergePlan plan;
  private final SubtreeStates states;
  private final RowMerger merger;
  private final List<List<Subtree>> roots = new ArrayList<>();
  private final List<Step> steps;
  private final MessageBuffer outgoing = new MessageBuffer();
  private final MessageBuffer incoming = new MessageBuffer();

  HeadMerge(Communicator world, MergePlan plan, SubtreeStates states, RowMerger merger) {
    this.world = world;
    this.plan = plan;
    this.states = states;
    this.merger = merger;
    this.steps = plan.crossing();
    for (int rank = 0; rank < world.size(); rank++) {
      roots.add(plan.roots(rank));
    }
  }

  @Override
  public int from(int rows) {
    return Split.start(rows, world.size(), world.rank());
  }

  @Override
  public int to(int rows) {
    return Split.start(rows, world.size(), world.rank() + 1);
  }

  @Override
  public void merge(int rows, int blocks) {
    List<Message> sends = pack(rows, blocks);
    List<Message> receives = room(rows, blocks);
    world.exchange(sends, receives);
    int from = from(rows);
    int to = to(rows);
    for (Message message : receives) {
      unpack(message, from, to, blocks);
    }
    merger.merge(steps, from, to, blocks);
  }

  private List<Message> pack(int rows, int blocks) {
    int filled = plan.filled(roots.get(world.rank()), blocks);
    MemorySegment room = outgoing.room(filled * states.bytes(rows));
    List<Message> sends = new ArrayList<>();
    long at = 0;
    for (int i = 1; i < world.size() && filled > 0; i++) {
      // Each begins with another, so that no rank is everybody's first.
      int peer = (world.rank() + i) % world.size();
      int from = Split.start(rows, world.size(), peer);
      int to = Split.start(rows, world.size(), peer + 1);
      long bytes = states.bytes(to - from);
      MemorySegment part = room.asSlice(at, filled * bytes);
      long offset = 0;
      for (Subtree root : roots.get(world.rank())) {
        if (!plan.empty(root.position(), blocks)) {
          part.asSlice(offset, bytes).copyFrom(states.bytes(root.position(), from, to));
          offset += bytes;
        }
      }
      if (bytes > 0) {
        sends.add(new Message(peer, part));
      }
      at += filled * bytes;
    }
    return sends;
  }

  private List<Message> room(int rows, int blocks) {
    long bytes = states.bytes(to(rows) - from(rows));
    long total = 0;
    for (int rank = 0; rank < world.size(); rank++) {
      total += rank == world.rank() ? 0 : plan.filled(roots.get(rank), blocks) * bytes;
    }
    MemorySegment room = incoming.room(total);
    List<Message> receives = new ArrayList<>();
    long at = 0;
    for (int i = 1; i < world.size(); i++) {
      int peer = Math.floorMod(world.rank() - i, world.size());
      long part = plan.filled(roots.get(peer), blocks) * bytes;
      if (part > 0) {
        receives.add(new Message(peer, room.asSlice(at, part)));
      }
      at += part;
    }
    return receives;
  }

  private void unpack(Message message, int from, int to, int blocks) {
    long bytes = states.bytes(to - from);
    long at = 0;
    for (Subtree root : roots.get(message.peer())) {
      if (!plan.empty(root.position(), blocks)) {
        states.hold(root.position(), from, to);
        states.bytes(root.position(), from, to).copyFrom(message.data().asSlice(at, bytes));
        at += bytes;
      }
    }
  }
}
