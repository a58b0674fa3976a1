package kvasir.serve;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Bytes of a connection, read by a thread of their own while a request is answered, so that the end
 * of the connection is noticed at once. One piece is read ahead. The first bytes of a request may
 * come late, the rest must come soon. Thread-safe.
 */
final class ReadAhead implements Supplier<byte[]> {
  private final Supplier<byte[]> socket;
  private final Duration idleTime;
  private final Duration requestTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private byte[] piece;
  private boolean ended;
  private boolean closed;
  private boolean timedOut;
  private boolean reading;
  private long deadline;

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
      while (next != null && put(next)) {
        next = socket.get();
      }
    } catch (RuntimeException e) {
      // The connection has failed, which is an end too.
    } finally {
      end();
    }
  }

  private boolean put(byte[] next) {
    lock.lock();
    try {
      while (piece != null && !closed) {
        changed.awaitUninterruptibly();
      }
      piece = next;
      changed.signalAll();
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the next bytes; null at the end, and if they do not come in time. */
  @Override
  public byte[] get() {
    lock.lock();
    try {
      long end = reading ? deadline : System.nanoTime() + idleTime.toNanos();
      while (piece == null && !ended && !closed) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          timedOut = true;
          return null;
        }
        changed.await(left, TimeUnit.NANOSECONDS);
      }
      if (!reading) {
        reading = true;
        deadline = System.nanoTime() + requestTime.toNanos();
      }
      byte[] next = piece;
      piece = null;
      changed.signalAll();
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Marks that a request has been read, so that the next bytes may come late. */
  void requestRead() {
    lock.lock();
    try {
      reading = false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the rest of a request has not come in time. */
  boolean timedOut() {
    lock.lock();
    try {
      return timedOut;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the connection has ended, as far as that is known. */
  boolean ended() {
    lock.lock();
    try {
      return ended || closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends all waits; the socket is the caller's. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
