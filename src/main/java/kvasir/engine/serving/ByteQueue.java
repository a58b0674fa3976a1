package kvasir.engine.serving;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Pieces of bytes on their way from one thread to another, in order and bounded. After its end no
 * piece is added, while those that wait can still be taken. Thread-safe.
 */
public final class ByteQueue {
  private final long bound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<byte[]> pieces = new ArrayDeque<>();
  private long bytes;
  private boolean ended;

  /**
   * Creates an empty queue.
   *
   * @param bound number of bytes that may wait before a further piece is added; with 0, one piece
   *     waits at a time
   */
  public ByteQueue(long bound) {
    this.bound = bound;
  }

  /**
   * Adds a piece, and waits while too many bytes do.
   *
   * @param piece not copied
   * @return false if the queue has ended, and the piece was not added
   */
  public boolean put(byte[] piece) {
    lock.lock();
    try {
      while (bytes > bound && !ended) {
        changed.awaitUninterruptibly();
      }
      if (!ended) {
        pieces.add(piece);
        bytes += piece.length;
        changed.signalAll();
      }
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  /** Takes the next piece; empty if none waits. */
  public Optional<byte[]> poll() {
    lock.lock();
    try {
      return next();
    } finally {
      lock.unlock();
    }
  }

  private Optional<byte[]> next() {
    Optional<byte[]> next = Optional.ofNullable(pieces.poll());
    next.ifPresent(piece -> bytes -= piece.length);
    changed.signalAll();
    return next;
  }

  /** Takes the next piece, and waits for it; empty at the end. */
  public Optional<byte[]> take() {
    lock.lock();
    try {
      while (pieces.isEmpty() && !ended) {
        changed.awaitUninterruptibly();
      }
      return next();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next piece, and waits for it; empty at the end, and if none comes in time.
   *
   * @param deadline time up to which it waits, as {@link System#nanoTime}
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   */
  public Optional<byte[]> takeBefore(long deadline) throws InterruptedException {
    lock.lock();
    try {
      long left = deadline - System.nanoTime();
      while (pieces.isEmpty() && !ended && left > 0) {
        changed.await(left, TimeUnit.NANOSECONDS);
        left = deadline - System.nanoTime();
      }
      return next();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the queue, and all waits. */
  public void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the queue has ended; pieces may still wait. */
  public boolean hasEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }
}
