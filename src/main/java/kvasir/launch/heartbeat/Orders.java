package kvasir.launch.heartbeat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Orders of a listener to its ranks. Each rank gets all of them, in order, whenever it comes. Safe
 * for several threads.
 */
final class Orders {
  /** An order, and the number of ranks that have still to get it and to do it. */
  private static final class Entry {
    private String rootText;
    private String text;
    private final CompletableFuture<Integer> result = new CompletableFuture<>();
    private int unsent;
    private int left;
    private int code;

    Entry(String rootText, String text, int ranks) {
      this.rootText = rootText;
      this.text = text;
      this.unsent = ranks;
      this.left = ranks;
    }
  }

  private final List<Member> members;
  private final List<Entry> entries = new ArrayList<>();
  private final int[] sent;
  private final int[] done;
  private boolean finished;
  private boolean lost;

  Orders(List<Member> members) {
    this.members = members;
    this.sent = new int[members.size()];
    this.done = new int[members.size()];
  }

  synchronized CompletableFuture<Integer> add(String rootText, String text) {
    Entry entry = new Entry(rootText, text, members.size());
    entries.add(entry);
    if (lost) {
      entry.result.complete(HeartbeatServer.LOST);
    }
    members.stream().filter(Orders::isPresent).forEach(this::deliver);
    return entry.result;
  }

  synchronized void finish() {
    finished = true;
    members.stream().filter(Orders::isPresent).forEach(this::deliver);
  }

  private static boolean isPresent(Member member) {
    return member.state() == Member.State.PRESENT;
  }

  /** Sends a rank that is present what it has not been sent yet. */
  synchronized void deliver(Member member) {
    int rank = member.rank();
    while (sent[rank] < entries.size()) {
      Entry entry = entries.get(sent[rank]++);
      Frame.order(rank == 0 ? entry.rootText : entry.text).forEach(member::send);
      entry.unsent--;
      if (entry.unsent == 0) {
        entry.rootText = null;
        entry.text = null;
      }
    }
    boolean allDone = entries.stream().allMatch(entry -> entry.left == 0);
    if (finished && allDone && sent[rank] == entries.size()) {
      // Counts as sent, so that it is sent once.
      sent[rank]++;
      member.send(Frame.of(Frame.FrameKind.NO_MORE));
    }
  }

  /** Takes note that a rank has done its oldest order. */
  synchronized void done(int rank, int code) {
    if (done[rank] >= entries.size()) {
      return;
    }
    Entry entry = entries.get(done[rank]++);
    entry.code = Math.max(entry.code, code);
    entry.left--;
    if (entry.left == 0) {
      entry.result.complete(entry.code);
      members.stream().filter(Orders::isPresent).forEach(this::deliver);
    }
  }

  /** Ends the wait for orders that will never be done. */
  synchronized void lost() {
    lost = true;
    entries.forEach(entry -> entry.result.complete(HeartbeatServer.LOST));
  }
}
