package kvasir.launch.heartbeat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Orders of a listener to its ranks. Each rank gets all orders in the same sequence, however late
 * it connects. Thread-safe.
 */
final class Orders {
  /**
   * An order. Its texts are set to null once they have been sent to every rank, since a text may be
   * long.
   */
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

  /**
   * Adds an order, and sends it to the ranks that are connected.
   *
   * @return completed when all ranks have done the order, with their highest exit code
   */
  synchronized CompletableFuture<Integer> add(String rootText, String text) {
    Entry entry = new Entry(rootText, text);
    entries.add(entry);
    if (lost) {
      entry.result.complete(HeartbeatServer.LOST);
    }
    members.stream().filter(Orders::isPresent).forEach(this::deliver);
    return entry.result;
  }

  /** Announces that no more orders follow, once all ranks have done all orders. */
  synchronized void finish() {
    finished = true;
    members.stream().filter(Orders::isPresent).forEach(this::deliver);
  }

  private static boolean isPresent(Member member) {
    return member.state() == Member.State.PRESENT;
  }

  /** Returns whether every rank's count is greater than the index of an order. */
  private static boolean allBeyond(int[] counts, int index) {
    return Arrays.stream(counts).allMatch(count -> count > index);
  }

  /** Sends a connected rank the orders that it has not been sent yet. */
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
      // The count goes one beyond the last order, so that the message is sent once.
      sent[rank]++;
      member.send(Frame.of(Frame.FrameKind.NO_MORE));
    }
  }

  /** Records that a rank has done its oldest order. */
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

  /**
   * Completes all orders with {@link HeartbeatServer#LOST}, since a rank is lost and they will not
   * be done.
   */
  synchronized void lost() {
    lost = true;
    entries.forEach(entry -> entry.result.complete(HeartbeatServer.LOST));
  }
}
