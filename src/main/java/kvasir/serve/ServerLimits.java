package kvasir.serve;

import java.time.Duration;

/**
 * Limits of a server.
 *
 * @param bodyBytes largest size of a request's body
 * @param sequences largest number of sequences that run or wait at a time
 * @param sequencesOfRequest largest number of sequences of one request
 * @param connections largest number of connections
 * @param keepAlive time without an event after which a stream gets a comment
 * @param requestTime longest time in which a client sends its request
 * @param stalledTime longest time in which a client takes a piece of an answer
 * @param queueTime longest time that a request waits for its first step
 */
public record ServerLimits(
    int bodyBytes,
    int sequences,
    int sequencesOfRequest,
    int connections,
    Duration keepAlive,
    Duration requestTime,
    Duration stalledTime,
    Duration queueTime) {
  /** Returns the limits that a server has unless its user sets others. */
  public static ServerLimits of(int sequences) {
    return new ServerLimits(
        8 << 20,
        sequences,
        Math.min(sequences, 256),
        4096,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofMinutes(10));
  }

  /**
   * Returns these limits with no more connections than leave some files for other uses.
   *
   * @param files number of files, connections included, that this process can still open
   */
  public ServerLimits within(int files) {
    return new ServerLimits(
        bodyBytes,
        sequences,
        sequencesOfRequest,
        Math.min(connections, Math.max(1, files / 4 * 3)),
        keepAlive,
        requestTime,
        stalledTime,
        queueTime);
  }
}
