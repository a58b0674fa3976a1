package kvasir.launch.heartbeat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Orders of a listener to its ranks. Each rank gets all of them, in order, whenever it comes. Safe
 * for several threads.
 */
final class Orders {
  /** An order, whose texts are forgotten when every rank has been sent it. */
  private static final class Entry {
    private String rootText;
    private String text;
    private final CompletableFuture<Integer> result = new CompletableFuture<>();
    private int code;

    Entry(String rootText, String text) {
      this.rootText = rootText;
      this.text = text;
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
    Entry entry = new Entry(rootText, text);
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

  /** Returns whether every rank has passed the order at an index. */
  private static boolean allBeyond(int[] counts, int index) {
    return Arrays.stream(counts).allMatch(count -> count > index);
  }

  /** Sends a rank that is present what it has not been sent yet. */
  synchronized void deliver(Member member) {
    int rank = member.rank();
    while (sent[rank] < entries.size()) {
      int index = sent[rank]++;
      Entry entry = entries.get(index);
      Frame.order(rank == 0 ? entry.rootText : entry.text).forEach(member::send);
      if (allBeyond(sent, index)) {
        entry.rootText = null;
        entry.text = null;
      }
    }
    if (finished && allBeyond(done, entries.size() - 1) && sent[rank] == entries.size()) {
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
    int index = done[rank]++;
    Entry entry = entries.get(index);
    entry.code = Math.max(entry.code, code);
    if (allBeyond(done, index)) {
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
