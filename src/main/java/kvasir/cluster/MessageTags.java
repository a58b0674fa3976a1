package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.cluster.Communicator.Message;
import kvasir.error.ClusterFailure;

/**
 * MPI tags that carry a message's length, so that a message is received only where one of its
 * length is awaited. MPI does not report a message that is too short, and may write one that is too
 * long past the end of its buffer; a message with another tag stays in the queue, where its
 * receiver finds it.
 *
 * <pre>
 *   tag = turn * (maxBytes + 2) + bytes            the last piece of a message, or its only one
 *         turn * (maxBytes + 2) + maxBytes + 1    maxBytes that further pieces follow
 *   turn = number of the piece, counted for each pair of ranks, modulo 4
 * </pre>
 *
 * <p>Lengths are always exact: where a library has few tags, messages are cut into smaller pieces.
 * Not thread-safe.
 */
public final class MessageTags {
  /** The highest tag that every MPI library must support (MPI standard, MPI_TAG_UB). */
  public static final int HIGHEST_EVERYWHERE = 32_767;

  private static final int TURNS = 4;

  private final int maxBytes;
  private final int span;
  private final int[] sent;
  private final int[] received;

  /**
   * A message, or a part of a long one.
   *
   * @param offset position of the first byte in the message
   * @param messageBytes length of the whole message
   */
  public record Piece(int peer, MemorySegment data, int tag, long offset, long messageBytes) {}

  /**
   * Creates the tags of one rank, with no messages counted yet; all ranks must give the same
   * numbers.
   *
   * @param highestTag highest tag that the library supports
   * @param maxBytes longest piece that the library accepts
   */
  public MessageTags(int ranks, int highestTag, int maxBytes) {
    this.maxBytes = Math.min(maxBytes, Integer.highestOneBit(highestTag / TURNS - 2));
    this.span = this.maxBytes + 2;
    this.sent = new int[ranks];
    this.received = new int[ranks];
  }

  /** Returns the pieces of the next message to a peer, in the order in which they are sent. */
  public List<Piece> outgoing(Message message) {
    return pieces(message, sent);
  }

  /** Returns the pieces of the next message from a peer, in the order in which they are awaited. */
  public List<Piece> incoming(Message message) {
    return pieces(message, received);
  }

  /** Returns the number of pieces of a message of {@code bytes} bytes. */
  public long count(long bytes) {
    return Math.max(1, Math.ceilDiv(bytes, maxBytes));
  }

  private List<Piece> pieces(Message message, int[] turns) {
    long bytes = message.data().byteSize();
    int peer = message.peer();
    if (bytes <= maxBytes) {
      return List.of(new Piece(peer, message.data(), tag(turns, peer, (int) bytes), 0, bytes));
    }
    List<Piece> pieces = new ArrayList<>();
    for (long from = 0; from < bytes; from += maxBytes) {
      boolean last = bytes - from <= maxBytes;
      int length = last ? (int) (bytes - from) : maxBytes;
      int tag = tag(turns, peer, last ? length : maxBytes + 1);
      pieces.add(new Piece(peer, message.data().asSlice(from, length), tag, from, bytes));
    }
    return pieces;
  }

  private int tag(int[] turns, int peer, int length) {
    int turn = turns[peer];
    turns[peer] = (turn + 1) % TURNS;
    return turn * span + length;
  }

  /**
   * Returns a failure if the message that waits has the turn of the awaited piece but another
   * length, else empty.
   *
   * @param rank the receiver
   * @param waitingTag tag of the first message of that peer that has not been received
   */
  public Optional<ClusterFailure> refusal(int rank, Piece awaited, int waitingTag) {
    if (waitingTag == awaited.tag() || waitingTag / span != awaited.tag() / span) {
      // The awaited message has arrived meanwhile, or this one will be received later.
      return Optional.empty();
    }
    int length = waitingTag % span;
    String sent =
        length > maxBytes
            ? "more than " + (awaited.offset() + maxBytes)
            : String.valueOf(awaited.offset() + length);
    String what = "sent " + sent + " bytes, not " + awaited.messageBytes();
    return Optional.of(new ClusterFailure(rank, awaited.peer(), what));
  }
}
