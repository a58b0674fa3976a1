package kvasir.cluster.nativempi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import kvasir.cluster.Communicator;
import kvasir.cluster.Deadline;
import kvasir.cluster.Waiting;
import kvasir.error.ClusterFailure;

/**
 * The world of a native MPI library, called through java.lang.foreign. Memory off the heap is sent
 * and received where it lies; arrays go through a buffer. Waits test for the end of the messages
 * and let other threads run in between: a blocking call would keep a core busy and has no limit.
 *
 * <p>Owns the MPI environment from {@link #init} to {@link #close}.
 */
public final class NativeCommunicator implements Communicator {
  private static final int TAG = 1;
  private static final int FUNNELED = 1;

  /** MPI counts are ints; longer messages go in pieces. */
  private static final long MOST_BYTES = 1 << 30;

  private static final int ALIGNMENT = 64;

  private final MpiLibrary mpi;
  private final Deadline deadline;
  private final int rank;
  private final int size;
  private final MemorySegment flag = Arena.global().allocate(ValueLayout.JAVA_INT);
  private final BooleanSupplier done = this::test;
  private final List<Copy> copies = new ArrayList<>();
  private MemorySegment requests = MemorySegment.NULL;
  private MemorySegment buffer = MemorySegment.NULL;
  private int posted;
  private long used;
  private Duration limit;
  private boolean closed;

  /** What has to go from the buffer to an array when it has come. */
  private record Copy(MemorySegment from, MemorySegment to) {}

  private NativeCommunicator(MpiLibrary mpi, Deadline deadline, Duration limit) {
    this.mpi = mpi;
    this.deadline = deadline;
    this.limit = limit;
    this.rank = ask(true);
    this.size = ask(false);
  }

  /**
   * Joins the world that the launcher has started; another one is a user error.
   *
   * @param expired ends the process when joining or leaving takes longer than {@code limit}
   */
  public static NativeCommunicator init(
      NativeRank start, Duration limit, Deadline.Expired expired) {
    if (!start.reachesTheLibrary()) {
      // It would be the only rank of its world, or end this process because nobody answers it.
      throw start.disagreement(0, 1);
    }
    MpiLibrary mpi = MpiLibrary.find(start.openMpi());
    Deadline deadline = new Deadline(limit, expired);
    deadline.begin("joining the world", -1);
    MemorySegment provided = Arena.global().allocate(ValueLayout.JAVA_INT);
    try {
      int code =
          (int)
              mpi.initThread()
                  .invokeExact(MemorySegment.NULL, MemorySegment.NULL, FUNNELED, provided);
      check(code, start.rank());
    } catch (Throwable e) {
      throw broken(start.rank(), e);
    }
    deadline.end();
    NativeCommunicator world = new NativeCommunicator(mpi, deadline, limit);
    if (!start.agrees(world.rank, world.size)) {
      world.close();
      throw start.disagreement(world.rank, world.size);
    }
    return world;
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
  public void exchange(List<Message> sends, List<Message> receives) {
    reserve(sends, receives);
    try {
      for (int i = 0; i < receives.size(); i++) {
        receive(receives.get(i));
      }
      for (int i = 0; i < sends.size(); i++) {
        send(sends.get(i));
      }
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    if (!Waiting.until(done, limit)) {
      int peer = (receives.isEmpty() ? sends : receives).getFirst().peer();
      throw new ClusterFailure(rank, peer, "no message within " + limit);
    }
    for (int i = 0; i < copies.size(); i++) {
      copies.get(i).to().copyFrom(copies.get(i).from());
    }
  }

  private void receive(Message message) throws Throwable {
    MemorySegment target = message.data();
    if (!target.isNative()) {
      target = take(message.data().byteSize());
      copies.add(new Copy(target, message.data()));
    }
    start(mpi.irecv(), target, message.peer());
  }

  private void send(Message message) throws Throwable {
    MemorySegment source = message.data();
    if (!source.isNative()) {
      source = take(message.data().byteSize()).copyFrom(message.data());
    }
    start(mpi.isend(), source, message.peer());
  }

  private void start(MethodHandle call, MemorySegment data, int peer) throws Throwable {
    for (long from = 0; from < data.byteSize(); from += MOST_BYTES) {
      MemorySegment piece = data.asSlice(from, Math.min(MOST_BYTES, data.byteSize() - from));
      int count = (int) piece.byteSize();
      MemorySegment request = nextRequest();
      check((int) call.invokeExact(piece, count, peer, TAG, request), rank);
    }
  }

  private boolean test() {
    try {
      check((int) mpi.testall().invokeExact(posted, requests, flag), rank);
    } catch (Throwable e) {
      throw broken(rank, e);
    }
    return flag.get(ValueLayout.JAVA_INT, 0) != 0;
  }

  /** Room for the requests and for what lies on the heap, before anything is under way. */
  private void reserve(List<Message> sends, List<Message> receives) {
    long heap = 0;
    long pieces = 0;
    for (List<Message> messages : List.of(sends, receives)) {
      for (Message message : messages) {
        long bytes = message.data().byteSize();
        pieces += Math.ceilDiv(bytes, MOST_BYTES);
        heap += message.data().isNative() ? 0 : padded(bytes);
      }
    }
    if (requests.byteSize() < pieces * mpi.requestBytes()) {
      requests = Arena.ofAuto().allocate(pieces * mpi.requestBytes(), ALIGNMENT);
    }
    if (buffer.byteSize() < heap) {
      buffer = Arena.ofAuto().allocate(heap, ALIGNMENT);
    }
    posted = 0;
    used = 0;
    copies.clear();
  }

  private MemorySegment nextRequest() {
    return requests.asSlice(posted++ * mpi.requestBytes(), mpi.requestBytes());
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

  /** Finalize waits for all ranks. May be called again. */
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
    deadline.close();
  }
}
