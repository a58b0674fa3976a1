package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * The one operation that a transport must offer; everything collective is written once over it in
 * {@link Collectives}, so that every transport adds in the same order.
 *
 * <p>Messages between one pair of ranks arrive in the order in which they were given. Every wait is
 * bounded by the transport's deadline; when it passes, or a peer is lost, {@link
 * kvasir.error.ClusterFailure} ends the run. Not safe for use by several threads at once: a rank
 * talks through one thread.
 */
public interface Communicator extends AutoCloseable {
  /**
   * Bytes for a peer, or room for what comes from it; both sides name the same number of bytes, of
   * which there may be none. Another number is refused by {@link kvasir.error.ClusterFailure}.
   *
   * <p>What lies off the heap is sent from where it is where the transport can. It belongs to an
   * arena that nobody closes (an automatic or the global one), since a peer may still write to it
   * after an exchange has failed.
   */
  record Message(int peer, MemorySegment data) {}

  /** This process, 0 to {@code size() - 1}. */
  int rank();

  /** How many ranks there are. */
  int size();

  /**
   * Sends and receives, all under way at once, so that ranks may send to each other in one call.
   * Afterwards all has been received, and what was sent may be overwritten; the peers need not have
   * it yet.
   */
  void exchange(List<Message> sends, List<Message> receives);

  default void send(MemorySegment data, int peer) {
    exchange(List.of(new Message(peer, data)), List.of());
  }

  default void receive(MemorySegment data, int peer) {
    exchange(List.of(), List.of(new Message(peer, data)));
  }

  /** Changes the longest that a later wait may take. */
  void limit(Duration limit);

  /** Leaves the world in good order; every rank calls it. */
  @Override
  void close();
}
