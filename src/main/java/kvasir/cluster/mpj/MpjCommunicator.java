package kvasir.cluster.mpj;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.cluster.Communicator;
import kvasir.cluster.Deadline;
import kvasir.cluster.MessageTags;
import kvasir.cluster.MessageTags.Piece;
import kvasir.cluster.Waiting;
import kvasir.error.ClusterFailure;
import mpi.Intracomm;
import mpi.MPI;
import mpi.MPIException;
import mpjbuf.BufferException;
import mpjdev.MPJDevException;
import mpjdev.Request;
import mpjdev.Status;
import xdev.XDevException;

/**
 * Communicator over MPJ Express. Only point-to-point calls with offset 0 are used, since MPJ's
 * reductions give wrong sums with other offsets. MPJ has no time limits, so a {@link Deadline}
 * watches every wait.
 *
 * <p>A message's tag holds its length and its turn, see {@link MessageTags}. MPJ does not check
 * that a message has the length that its receiver expects: a shorter one would leave old bytes, a
 * longer one would silently end the thread that reads for all. The tag keeps either from being
 * received, and a receiver that has waited for a second looks for such a message.
 *
 * <p>Owns the MPI environment from {@link #init} to {@link #close}.
 */
public final class MpjCommunicator implements Communicator {
  /** Time after which a receiver looks for a message of another length than it expects. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  // MPJ's direct buffers never shrink and 1 GiB messages fail: larger ones go in pieces.
  private static final int MAX_BYTES = 64 << 20;

  private final Intracomm world;
  private final int rank;
  private final int size;
  private final Deadline deadline;
  private final MessageTags tags;
  private final List<MpjSlot> slotList = new ArrayList<>();
  private final List<Pending> requests = new ArrayList<>();
  private int slots;
  private boolean closed;

  private MpjCommunicator(Intracomm world, int rank, int size, Deadline deadline) {
    this.world = world;
    this.rank = rank;
    this.size = size;
    this.deadline = deadline;
    this.tags = new MessageTags(size, Integer.MAX_VALUE, MAX_BYTES);
  }

  /**
   * Joins a world whose ranks know each other's addresses without MPJ's own launcher.
   *
   * @param address address of this rank that the other ranks have been told
   * @param configuration addresses of all ranks in niodev's form
   * @param expired ends the process when a wait takes longer than {@code limit}; does not return
   */
  public static MpjCommunicator init(
      InetAddress address,
      int rank,
      String configuration,
      Duration limit,
      Deadline.Expired expired) {
    NiodevAddress.set(address);
    return join(new String[] {String.valueOf(rank), configuration, "niodev"}, limit, expired);
  }

  /**
   * Joins the world of MPJ's own launcher.
   *
   * @param arguments {@code rank, configuration, device, application arguments...}
   * @param expired ends the process when a wait takes longer than {@code limit}; does not return
   */
  public static MpjCommunicator init(String[] arguments, Duration limit, Deadline.Expired expired) {
    if (isOnOneHost(arguments[1])) {
      NiodevAddress.set(InetAddress.getLoopbackAddress());
    }
    return join(arguments, limit, expired);
  }

  private static MpjCommunicator join(
      String[] arguments, Duration limit, Deadline.Expired expired) {
    Deadline deadline = new Deadline(limit, expired);
    try {
      deadline.begin("joining the world", -1);
      MPI.Init(arguments);
      Intracomm world = MPI.COMM_WORLD;
      MpjCommunicator communicator =
          new MpjCommunicator(world, world.Rank(), world.Size(), deadline);
      deadline.end();
      return communicator;
    } catch (MPIException e) {
      throw new ClusterFailure(Integer.parseInt(arguments[0]), -1, reason(e), e);
    }
  }

  /** Returns why a rank cannot join, as far as its user can change that. */
  private static String reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return "cannot join the world: MPJ needs an address of this host's own name, and there is"
            + " none; add `127.0.0.1 NAME` to /etc/hosts, with the name that `hostname` prints";
      }
    }
    return "cannot join the world";
  }

  /** Returns whether every address of a configuration of MPJ's launcher is this host's loopback. */
  public static boolean isOnOneHost(String configuration) {
    return Arrays.stream(configuration.split(";", -1))
        .filter(entry -> entry.matches("[^@|]+(@\\d+){4}"))
        .allMatch(entry -> entry.startsWith("127.0.0.1@") || entry.startsWith("localhost@"));
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
    deadline.limit(limit);
  }

  @Override
  public Duration limit() {
    return deadline.limit();
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    try {
      slots = 0;
      requests.clear();
      for (Message message : receives) {
        for (Piece piece : tags.incoming(message)) {
          post(piece);
        }
      }
      for (Message message : sends) {
        for (Piece piece : tags.outgoing(message)) {
          start(piece);
        }
      }
      for (Pending pending : requests) {
        finish(pending);
      }
    } catch (XDevException | BufferException e) {
      throw new ClusterFailure(rank, -1, "a message failed", e);
    }
  }

  /** A message in flight. */
  private record Pending(
      Request request, String what, Piece piece, MpjSlot slot, boolean received) {}

  private void post(Piece piece) throws MPJDevException {
    MpjSlot slot = slot(piece.data().byteSize());
    Status status = new Status(piece.peer(), piece.tag(), -1);
    Request request =
        world.mpjdevComm.irecv(slot.receiving(), piece.peer(), piece.tag(), status, true);
    requests.add(new Pending(request, "receiving from rank ", piece, slot, true));
  }

  private void start(Piece piece) throws MPJDevException, BufferException {
    MpjSlot slot = slot(piece.data().byteSize());
    Request request =
        world.mpjdevComm.isend(slot.sending(piece.data()), piece.peer(), piece.tag(), true);
    requests.add(new Pending(request, "sending to rank ", piece, slot, false));
  }

  /** Waits for a message. The wait has no limit here: the deadline's thread ends the process. */
  private void finish(Pending pending) throws MPJDevException {
    deadline.begin(pending.what(), pending.piece().peer());
    Duration waited = Duration.ZERO;
    while (!Waiting.until(() -> pending.request().itest() != null, PATIENCE, waited)) {
      waited = waited.plus(PATIENCE);
      if (pending.received()) {
        requireNoOther(pending);
      }
    }
    deadline.end();
    if (pending.received()) {
      pending.slot().copyTo(pending.piece().data());
    }
  }

  /**
   * Throws if a message of another length has arrived in place of the awaited one. Messages of a
   * pair of ranks arrive in order, so a message that has arrived under another tag took the place
   * of the awaited one, unless that has arrived meanwhile.
   */
  private void requireNoOther(Pending pending) throws MPJDevException {
    Status arrived = world.mpjdevComm.iprobe(pending.piece().peer(), MPI.ANY_TAG);
    if (arrived != null && pending.request().itest() == null) {
      tags.refusal(rank, pending.piece(), arrived.tag)
          .ifPresent(
              failure -> {
                throw failure;
              });
    }
  }

  /** Returns memory for one piece, reused by later exchanges. */
  private MpjSlot slot(long bytes) {
    if (slots == slotList.size()) {
      slotList.add(new MpjSlot(bytes));
    } else if (!slotList.get(slots).holds(bytes)) {
      slotList.set(slots, new MpjSlot(bytes));
    }
    return slotList.get(slots++);
  }

  /**
   * Leaves the world. {@code MPI.Finalize} is a barrier: all ranks leave together. Later calls do
   * nothing.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    deadline.begin("leaving the world", -1);
    try {
      MPI.Finalize();
    } catch (MPIException e) {
      throw new ClusterFailure(rank, -1, "leaving the world failed", e);
    }
    deadline.end();
    deadline.close();
  }
}
