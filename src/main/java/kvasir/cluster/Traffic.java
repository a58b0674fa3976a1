package kvasir.cluster;

/**
 * Messages that a rank has sent, and the time that it spent in exchanges.
 *
 * @param exchanges number of calls of {@link Communicator#exchange}
 * @param messages number of messages sent
 * @param bytes number of bytes sent
 * @param nanos nanoseconds in the calls: transfer, and waiting for slower ranks
 */
public record Traffic(long exchanges, long messages, long bytes, long nanos) {
  /** No traffic. */
  public static final Traffic NONE = new Traffic(0, 0, 0, 0);

  /** Returns the traffic since an earlier count. */
  public Traffic since(Traffic earlier) {
    return new Traffic(
        exchanges - earlier.exchanges,
        messages - earlier.messages,
        bytes - earlier.bytes,
        nanos - earlier.nanos);
  }
}
