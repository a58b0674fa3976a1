package kvasir.cluster.mpj;

import java.time.Duration;
import kvasir.cluster.Communicator;
import kvasir.error.ClusterFailure;
import mpi.Datatype;
import mpi.Intracomm;
import mpi.MPI;
import mpi.MPIException;

/**
 * MPJ's world. Only blocking point-to-point calls with offset 0 are used: MPJ's reductions give
 * wrong sums with other offsets. MPJ has no time limits, so a {@link Deadline} stands beside every
 * wait.
 *
 * <p>Owns the MPI environment from {@link #init} to {@link #close}.
 */
public final class MpjCommunicator implements Communicator {
  private static final int FLOATS = 1;
  private static final int LONGS = 2;
  // MPJ's direct buffers never shrink and 1 GiB messages fail: larger ones go in pieces.
  private static final int MOST_FLOATS = 16 << 20;

  private final Intracomm world;
  private final int rank;
  private final int size;
  private final Deadline deadline;
  private float[] piece = new float[0];
  private boolean closed;

  private MpjCommunicator(Intracomm world, int rank, int size, Deadline deadline) {
    this.world = world;
    this.rank = rank;
    this.size = size;
    this.deadline = deadline;
  }

  /** A world, and the arguments that are not MPJ's own. */
  public record Start(MpjCommunicator world, String[] arguments) {}

  /**
   * Joins the world.
   *
   * @param arguments {@code rank, configuration, device, application arguments...}
   * @param expired ends the process when a wait takes longer than {@code limit}; does not return
   */
  public static Start init(String[] arguments, Duration limit, Deadline.Expired expired) {
    Deadline deadline = new Deadline(limit, expired);
    try {
      deadline.begin("joining the world");
      String[] rest = MPI.Init(arguments);
      Intracomm world = MPI.COMM_WORLD;
      MpjCommunicator communicator =
          new MpjCommunicator(world, world.Rank(), world.Size(), deadline);
      deadline.end();
      return new Start(communicator, rest);
    } catch (MPIException e) {
      throw new ClusterFailure(Integer.parseInt(arguments[0]), -1, "cannot join the world", e);
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  /** Changes the limit of later waits. */
  public void limit(Duration limit) {
    deadline.limit(limit);
  }

  @Override
  public void send(float[] data, int count, int peer) {
    for (int from = 0; from < count; from += MOST_FLOATS) {
      int n = Math.min(MOST_FLOATS, count - from);
      send(from == 0 ? data : copy(data, from, n), n, MPI.FLOAT, peer, FLOATS);
    }
  }

  @Override
  public void receive(float[] data, int count, int peer) {
    for (int from = 0; from < count; from += MOST_FLOATS) {
      int n = Math.min(MOST_FLOATS, count - from);
      if (from == 0) {
        receive(data, n, MPI.FLOAT, peer, FLOATS);
      } else {
        receive(room(n), n, MPI.FLOAT, peer, FLOATS);
        System.arraycopy(piece, 0, data, from, n);
      }
    }
  }

  @Override
  public void send(long[] data, int count, int peer) {
    send(data, count, MPI.LONG, peer, LONGS);
  }

  @Override
  public void receive(long[] data, int count, int peer) {
    receive(data, count, MPI.LONG, peer, LONGS);
  }

  private float[] room(int n) {
    piece = piece.length < n ? new float[n] : piece;
    return piece;
  }

  private float[] copy(float[] data, int from, int n) {
    System.arraycopy(data, from, room(n), 0, n);
    return piece;
  }

  private void send(Object data, int count, Datatype type, int peer, int tag) {
    deadline.begin("sending to rank " + peer);
    try {
      world.Send(data, 0, count, type, peer, tag);
    } catch (MPIException e) {
      throw new ClusterFailure(rank, peer, "sending failed", e);
    }
    deadline.end();
  }

  private void receive(Object data, int count, Datatype type, int peer, int tag) {
    deadline.begin("receiving from rank " + peer);
    try {
      world.Recv(data, 0, count, type, peer, tag);
    } catch (MPIException e) {
      throw new ClusterFailure(rank, peer, "receiving failed", e);
    }
    deadline.end();
  }

  /** Finalize is a barrier: all ranks leave together. May be called again. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    deadline.begin("leaving the world");
    try {
      MPI.Finalize();
    } catch (MPIException e) {
      throw new ClusterFailure(rank, -1, "leaving the world failed", e);
    }
    deadline.end();
    deadline.close();
  }
}
