package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.cluster.Communicator.Message;
import kvasir.error.ClusterFailure;

/**
 * Tags by which a message is received only where one of its length is awaited in its place. MPI
 * notices no shorter message, and a longer one may be written past the end of the room for it; one
 * of another tag is left waiting, where its receiver finds it.
 *
 * <pre>
 *   tag = turn * (mostBytes + 2) + bytes            the last piece of a message, or its only one
 *         turn * (mostBytes + 2) + mostBytes + 1    mostBytes that others of the message follow
 *   turn = number of the piece among those of one rank to another, modulo 4
 * </pre>
 *
 * <p>Lengths are told exactly: where a library has few tags, messages go in smaller pieces. Used by
 * one thread at a time.
 */
public final class MessageTags {
  /** Highest tag that every MPI library has. */
  public static final int HIGHEST_EVERYWHERE = 32_767;

  private static final int TURNS = 4;

  private final int mostBytes;
  private final int span;
  private final int[] sent;
  private final int[] received;

  /**
   * A message or a part of it.
   *
   * @param offset of its first byte in the message
   * @param messageBytes length of the message
   */
  public record Piece(int peer, MemorySegment data, int tag, long offset, long messageBytes) {}

  /**
   * Begins the count of messages; all ranks give the same numbers.
   *
   * @param highestTag that the library has
   * @param mostBytes that the library takes at once
   */
  public MessageTags(int ranks, int highestTag, int mostBytes) {
    this.mostBytes = Math.min(mostBytes, Integer.highestOneBit(highestTag / TURNS - 2));
    this.span = this.mostBytes + 2;
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

  /** Returns how many pieces a message has. */
  public long count(long bytes) {
    return Math.max(1, Math.ceilDiv(bytes, mostBytes));
  }

  private List<Piece> pieces(Message message, int[] turns) {
    long bytes = message.data().byteSize();
    int peer = message.peer();
    if (bytes <= mostBytes) {
      return List.of(new Piece(peer, message.data(), tag(turns, peer, (int) bytes), 0, bytes));
    }
    List<Piece> pieces = new ArrayList<>();
    for (long from = 0; from < bytes; from += mostBytes) {
      boolean last = bytes - from <= mostBytes;
      int length = last ? (int) (bytes - from) : mostBytes;
      int tag = tag(turns, peer, last ? length : mostBytes + 1);
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
   * Returns the failure of a receiver where the message that waits stands in the place of the
   * awaited piece and has another length.
   *
   * @param waitingTag tag of the first message of that peer that nobody has received
   */
  public Optional<ClusterFailure> refusal(int rank, Piece awaited, int waitingTag) {
    if (waitingTag == awaited.tag() || waitingTag / span != awaited.tag() / span) {
      // It has come meanwhile, or is one that will be received later.
      return Optional.empty();
    }
    int length = waitingTag % span;
    String sent =
        length > mostBytes
            ? "more than " + (awaited.offset() + mostBytes)
            : String.valueOf(awaited.offset() + length);
    String what = "sent " + sent + " bytes, not " + awaited.messageBytes();
    return Optional.of(new ClusterFailure(rank, awaited.peer(), what));
  }
}
