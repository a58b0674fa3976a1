package kvasir.serve;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import kvasir.engine.serving.ByteQueue;

/**
 * Bytes of a connection, read by a thread of their own while a request is answered, so that the end
 * of the connection is noticed at once. One piece is read ahead. The first bytes of a request may
 * come late, the rest must come soon. Thread-safe; one thread takes the bytes.
 */
final class ReadAhead implements Supplier<byte[]> {
  private final Supplier<byte[]> socket;
  private final Duration idleTime;
  private final Duration requestTime;
  private final ByteQueue pieces = new ByteQueue(0);
  private volatile OptionalLong waitingSince = OptionalLong.of(System.nanoTime());
  private volatile OptionalLong deadline = OptionalLong.empty();
  private volatile boolean timedOut;

  /**
   * Creates an object that has read nothing.
   *
   * @param socket returns the next bytes, or null at the end, or throws an exception
   * @param idleTime longest time between two requests
   * @param requestTime longest time from the first byte of a request to its last
   */
  ReadAhead(Supplier<byte[]> socket, Duration idleTime, Duration requestTime) {
    this.socket = socket;
    this.idleTime = idleTime;
    this.requestTime = requestTime;
  }

  /** Reads until the connection ends; called by the thread that reads ahead. */
  void readAll() {
    try {
      byte[] next = socket.get();
      while (next != null && pieces.put(next)) {
        next = socket.get();
      }
    } catch (RuntimeException e) {
      // The connection has failed, which is an end too.
    } finally {
      pieces.end();
    }
  }

  /** Returns the next bytes; null at the end, and if they do not come in time. */
  @Override
  public byte[] get() {
    long now = System.nanoTime();
    waitingSince = OptionalLong.of(waitingSince.orElse(now));
    try {
      Optional<byte[]> next = pieces.takeBefore(deadline.orElse(now + idleTime.toNanos()));
      if (next.isEmpty()) {
        if (!pieces.hasEnded()) {
          timedOut = true;
        }
        return null;
      }
      if (deadline.isEmpty()) {
        deadline = OptionalLong.of(System.nanoTime() + requestTime.toNanos());
      }
      return next.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Marks that a request has been read, so that the next bytes may come late. */
  void requestRead() {
    deadline = OptionalLong.empty();
    waitingSince = OptionalLong.empty();
  }

  /**
   * Returns the time since which the connection has waited for a request or for the rest of one, as
   * {@link System#nanoTime}; empty while a request is answered.
   */
  OptionalLong waitingSince() {
    return waitingSince;
  }

  /** Returns whether a request, or the rest of one, has not come in time. */
  boolean timedOut() {
    return timedOut;
  }

  /** Returns whether the connection has ended, as far as that is known. */
  boolean ended() {
    return pieces.hasEnded();
  }

  /** Ends all waits; the socket is the caller's. */
  void close() {
    pieces.end();
  }
}
