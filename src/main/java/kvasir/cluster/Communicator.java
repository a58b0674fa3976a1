package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * Point-to-point exchange of messages between ranks, the one operation that a transport must
 * provide. {@link Collectives} are written once over it, so that every transport combines values in
 * the same order.
 *
 * <p>Messages from one rank to another arrive in the order in which they were passed to {@link
 * #exchange}. Every wait is bounded by the transport's limit; when the limit passes, or a peer is
 * lost, {@link kvasir.error.ClusterFailure} ends the run. Not thread-safe: each rank communicates
 * from one thread.
 */
public interface Communicator extends AutoCloseable {
  /**
   * Bytes to send to a peer, or room for bytes to receive from it. Both sides must give the same
   * number of bytes, which may be 0; a mismatch is reported as {@link kvasir.error.ClusterFailure}.
   *
   * <p>Memory off the heap is sent without a copy where the transport can. Its arena must never be
   * closed explicitly (use an automatic arena or the global one), since a peer may still write to
   * it after an exchange has failed.
   */
  record Message(int peer, MemorySegment data) {}

  /** Returns the number of this rank, 0 to {@code size() - 1}. */
  int rank();

  /** Returns the number of ranks in the world. */
  int size();

  /**
   * Sends and receives messages, all in flight at once, so that ranks may send to each other in one
   * call. On return every receive has completed and the memory of the sends may be overwritten; the
   * peers need not have received them yet.
   */
  void exchange(List<Message> sends, List<Message> receives);

  /** Sends one message; its memory may be overwritten on return. */
  default void send(MemorySegment data, int peer) {
    exchange(List.of(new Message(peer, data)), List.of());
  }

  /** Receives one message, of exactly the length of {@code data}. */
  default void receive(MemorySegment data, int peer) {
    exchange(List.of(), List.of(new Message(peer, data)));
  }

  /** Sets the longest time that a later wait may take. */
  void limit(Duration limit);

  /** Returns the longest time that a wait may take. */
  Duration limit();

  /** Returns the doorbell of this world, which lives as long as it. */
  default Doorbell doorbell() {
    return Doorbell.NONE;
  }

  /** Leaves the world in an orderly way; every rank must call it. */
  @Override
  void close();
}
