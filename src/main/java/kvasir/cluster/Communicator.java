package kvasir.cluster;

/**
 * The few operations that a transport must offer; everything collective is written once over them
 * in {@link Collectives}, so that every transport adds in the same order.
 *
 * <p>Messages between one pair of ranks arrive in the order in which they were sent. Every wait is
 * bounded by the transport's deadline; when it passes, or a peer is lost, {@link
 * kvasir.error.ClusterFailure} ends the run. Not safe for use by several threads at once: a rank
 * talks through one thread.
 */
public interface Communicator extends AutoCloseable {
  /** This process, 0 to {@code size() - 1}. */
  int rank();

  /** How many ranks there are. */
  int size();

  /** Sends {@code data[0..count)}; may return before the peer has it; data may be reused. */
  void send(float[] data, int count, int peer);

  /** Fills {@code data[0..count)} with the next message of {@code peer}, which has that length. */
  void receive(float[] data, int count, int peer);

  /** As {@link #send(float[], int, int)}, for control data: token ids, counters. */
  void send(long[] data, int count, int peer);

  /** As {@link #receive(float[], int, int)}, for control data. */
  void receive(long[] data, int count, int peer);

  /** Leaves the world in good order; every rank calls it. */
  @Override
  void close();
}
