package kvasir.cluster.nativempi;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import kvasir.cluster.Communicator;
import kvasir.cluster.Deadline;
import kvasir.cluster.MessageTags;
import kvasir.cluster.MessageTags.Piece;
import kvasir.cluster.Waiting;
import kvasir.error.ClusterFailure;

/**
 * Communicator over a native MPI library, called through java.lang.foreign. Memory off the heap is
 * sent and received without a copy; arrays go through a buffer. Waits test for completion and let
 * other threads run in between, since a blocking call would keep a core busy and has no limit.
 *
 * <p>A message's tag holds its length and its turn, see {@link MessageTags}: a message of another
 * length is never received, and a receiver that has waited for a second looks for one.
 *
 * <p>The library keeps addresses, which the garbage collector does not see. The memory of a message
 * is therefore kept reachable from the call that starts it until the library reports the whole
 * exchange as complete. After a failure messages may still be in flight: their memory stays
 * reachable until the process ends, no further message is sent or received, and the caller must not
 * free the memory.
 *
 * <p>Owns the MPI environment from {@link #init} to {@link #close}.
 */
public final class NativeCommunicator implements Communicator {
  private static final int FUNNELED = 1;

  /** Longest piece of a message; MPI counts are ints. */
  private static final int MAX_BYTES = 1 << 30;

  /** Time after which a receiver looks for a message of another length than it expects. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int ALIGNMENT = 64;

  private final MpiLibrary mpi;
  private final Deadline deadline;
  private final int rank;
  private final int size;
  private final MessageTags tags;
  private final List<Piece> inFlight;
  private final MemorySegment status = Arena.global().allocate(MpiLibrary.STATUS_BYTES, ALIGNMENT);
  private final MemorySegment flag = Arena.global().allocate(ValueLayout.JAVA_INT);
  private final BooleanSupplier done = this::allEnded;
  private final List<Copy> copies = new ArrayList<>();
  private MemorySegment requests = MemorySegment.NULL;
  private MemorySegment buffer = MemorySegment.NULL;
  private int receiving;
  private long used;
  private Duration limit;
  private boolean closed;

  /** Copy from the buffer to an array, to be done when the message has arrived. */
  private record Copy(MemorySegment from, MemorySegment to) {}

  private NativeCommunicator(
      MpiLibrary mpi, Deadline deadline, List<Piece> inFlight, Duration limit) {
    this.mpi = mpi;
    this.deadline = deadline;
    this.inFlight = inFlight;
    this.limit = limit;
    this.rank = ask(true);
    this.size = ask(false);
    this.tags = new MessageTags(size, highestTag(), MAX_BYTES);
  }

  /**
   * Joins the world that the launcher has started.
   *
   * @param start rank and size by the launcher's variables
   * @param expired ends the process when joining or leaving takes longer than {@code limit}
   * @throws kvasir.error.UserError if the library's world is not the launcher's
   */
  public static NativeCommunicator init(
      NativeRank start, Duration limit, Deadline.Expired expired) {
    if (!start.reachesTheLibrary()) {
      // The library would see a world of one rank, or end this process because nothing answers it.
      throw start.disagreement(0, 1);
    }
    NativeCommunicator world = join(MpiLibrary.find(start.openMpi()), start.rank(), limit, expired);
    if (!start.agrees(world.rank, world.size)) {
      world.close();
      throw start.disagreement(world.rank, world.size);
    }
    return world;
  }

  /**
   * Joins the world of a library.
   *
   * @param launcherRank rank by the launcher's variables, for error messages
   */
  static NativeCommunicator join(
      MpiLibrary mpi, int launcherRank, Duration limit, Deadline.Expired expired) {
    List<Piece> inFlight = new ArrayList<>();
    Deadline deadline = new Deadline(limit, holding(inFlight, expired));
    deadline.begin("joining the world", -1);
    MemorySegment provided = Arena.global().allocate(ValueLayout.JAVA_INT);
    try {
      int code =
          (int)
              mpi.initThread()
                  .invokeExact(MemorySegment.NULL, MemorySegment.NULL, FUNNELED, provided);
      check(code, launcherRank);
    } catch (Throwable e) {
      throw broken(launcherRank, e);
    }
    deadline.end();
    return new NativeCommunicator(mpi, deadline, inFlight, limit);
  }

  /**
   * Makes the messages in flight reachable from the deadline's thread, which runs until the world
   * is left or the process ends. They stay reachable even if the communicator does not.
   */
  private static Deadline.Expired holding(List<Piece> inFlight, Deadline.Expired expired) {
    return (what, limit) -> {
      try {
        expired.run(what, limit);
      } finally {
        Reference.reachabilityFence(inFlight);
      }
    };
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void limit(Duration limit) {
    this.limit = limit;
    deadline.limit(limit);
  }

  @Override
  public Duration limit() {
    return limit;
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    if (!inFlight.isEmpty()) {
      throw new ClusterFailure(rank, -1, "a message has failed before");
    }
    reserve(sends, receives);
    try {
      for (int i = 0; i < receives.size(); i++) {
        receive(receives.get(i));
      }
      receiving = inFlight.size();
      for (int i = 0; i < sends.size(); i++) {
        send(sends.get(i));
      }
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    try {
      await();
      for (int i = 0; i < copies.size(); i++) {
        copies.get(i).to().copyFrom(copies.get(i).from());
      }
    } finally {
      Reference.reachabilityFence(inFlight);
    }
    // The library has now finished with all memory; after a failure it never has.
    inFlight.clear();
  }

  private void receive(Message message) throws Throwable {
    MemorySegment target = message.data();
    if (!target.isNative()) {
      target = take(message.data().byteSize());
      copies.add(new Copy(target, message.data()));
    }
    start(mpi.irecv(), tags.incoming(new Message(message.peer(), target)));
  }

  private void send(Message message) throws Throwable {
    MemorySegment source = message.data();
    if (!source.isNative()) {
      source = take(message.data().byteSize()).copyFrom(message.data());
    }
    start(mpi.isend(), tags.outgoing(new Message(message.peer(), source)));
  }

  private void start(MethodHandle call, List<Piece> pieces) throws Throwable {
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      int count = (int) piece.data().byteSize();
      MemorySegment request = request(inFlight.size());
      inFlight.add(piece);
      check((int) call.invokeExact(piece.data(), count, piece.peer(), piece.tag(), request), rank);
    }
  }

  private MemorySegment request(int index) {
    return requests.asSlice(index * mpi.requestBytes(), mpi.requestBytes());
  }

  private void await() {
    Duration left = limit;
    while (!Waiting.until(
        done, left.compareTo(PATIENCE) < 0 ? left : PATIENCE, limit.minus(left))) {
      requireNoOther();
      if (left.compareTo(PATIENCE) <= 0) {
        int peer = inFlight.getFirst().peer();
        throw new ClusterFailure(rank, peer, "no message within " + limit);
      }
      left = left.minus(PATIENCE);
    }
  }

  private boolean allEnded() {
    return ended(inFlight.size(), requests);
  }

  private boolean ended(int count, MemorySegment first) {
    try {
      check((int) mpi.testall().invokeExact(count, first, flag), rank);
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    return flag.get(ValueLayout.JAVA_INT, 0) != 0;
  }

  /** Throws if a message of another length has arrived in place of an awaited one. */
  private void requireNoOther() {
    for (int i = 0; i < receiving; i++) {
      Piece piece = inFlight.get(i);
      if (!ended(1, request(i)) && waits(piece.peer())) {
        int tag = status.get(ValueLayout.JAVA_INT, mpi.tagOffset());
        tags.refusal(rank, piece, tag)
            .ifPresent(
                failure -> {
                  throw failure;
                });
      }
    }
  }

  /**
   * Returns whether a message of a peer has arrived that matches no receive; {@code status} then
   * has its tag.
   */
  private boolean waits(int peer) {
    try {
      check((int) mpi.iprobe().invokeExact(peer, MpiLibrary.ANY_TAG, flag, status), rank);
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    return flag.get(ValueLayout.JAVA_INT, 0) != 0;
  }

  /**
   * Reserves memory for the requests and for messages on the heap, before any message is in flight.
   */
  private void reserve(List<Message> sends, List<Message> receives) {
    long heap = 0;
    long pieces = 0;
    for (List<Message> messages : List.of(sends, receives)) {
      for (Message message : messages) {
        long bytes = message.data().byteSize();
        pieces += tags.count(bytes);
        heap += message.data().isNative() ? 0 : padded(bytes);
      }
    }
    if (requests.byteSize() < pieces * mpi.requestBytes()) {
      requests = Arena.ofAuto().allocate(pieces * mpi.requestBytes(), ALIGNMENT);
    }
    if (buffer.byteSize() < heap) {
      buffer = Arena.ofAuto().allocate(heap, ALIGNMENT);
    }
    receiving = 0;
    used = 0;
    copies.clear();
  }

  private MemorySegment take(long bytes) {
    MemorySegment part = buffer.asSlice(used, bytes);
    used += padded(bytes);
    return part;
  }

  private static long padded(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  private int ask(boolean forRank) {
    try {
      check((int) (forRank ? mpi.commRank() : mpi.commSize()).invokeExact(flag), -1);
    } catch (Throwable e) {
      throw broken(-1, e);
    }
    return flag.get(ValueLayout.JAVA_INT, 0);
  }

  private int highestTag() {
    MemorySegment address = Arena.global().allocate(ValueLayout.ADDRESS);
    try {
      check((int) mpi.highestTag().invokeExact(address, flag), rank);
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    if (flag.get(ValueLayout.JAVA_INT, 0) == 0) {
      return MessageTags.HIGHEST_EVERYWHERE;
    }
    AddressLayout toInt = ValueLayout.ADDRESS.withTargetLayout(ValueLayout.JAVA_INT);
    return Math.max(
        MessageTags.HIGHEST_EVERYWHERE, address.get(toInt, 0).get(ValueLayout.JAVA_INT, 0));
  }

  private static void check(int code, int rank) {
    if (code != 0) {
      throw new ClusterFailure(rank, -1, "the MPI library gave error " + code);
    }
  }

  private static RuntimeException broken(int rank, Throwable e) {
    return e instanceof ClusterFailure failure
        ? failure
        : new ClusterFailure(rank, -1, "the MPI library failed: " + e.getMessage(), e);
  }

  /** Leaves the world. {@code MPI_Finalize} waits for all ranks. Later calls do nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    deadline.begin("leaving the world", -1);
    try {
      check((int) mpi.finish().invokeExact(), rank);
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    deadline.end();
    if (inFlight.isEmpty()) {
      deadline.close();
    }
  }
}
