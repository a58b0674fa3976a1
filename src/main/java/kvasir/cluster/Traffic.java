package kvasir.cluster;

/**
 * What a rank has sent, and how long it stood in exchanges.
 *
 * @param exchanges calls, one after the other
 * @param messages sent
 * @param bytes sent
 * @param nanos in the calls: transfer, and waiting for slower ranks
 */
public record Traffic(long exchanges, long messages, long bytes, long nanos) {
  public static final Traffic NONE = new Traffic(0, 0, 0, 0);

  /** What came after an earlier count. */
  public Traffic since(Traffic earlier) {
    return new Traffic(
        exchanges - earlier.exchanges,
        messages - earlier.messages,
        bytes - earlier.bytes,
        nanos - earlier.nanos);
  }
}
