package kvasir.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Time limit for calls that cannot be interrupted. A daemon thread notices when a call takes longer
 * than the limit, and ends the process. {@link #begin} and {@link #end} must be called by one
 * thread at a time.
 */
public final class Deadline implements AutoCloseable {
  /** Action that ends the process when a call has taken too long; it does not return. */
  @FunctionalInterface
  public interface Expired {
    /**
     * Ends the process.
     *
     * @param what the call that took too long
     * @param limit the time that it was allowed to take
     */
    void run(String what, Duration limit);
  }

  private static final long CHECK_NANOS = 100_000_000;

  private final Expired expired;
  private volatile long limitNanos;
  private volatile long begun;
  private volatile String what;
  private volatile int peer;
  private volatile boolean closed;

  /**
   * Starts the daemon thread.
   *
   * @param limit the longest time of a call
   * @param expired ends the process when a call takes longer
   */
  public Deadline(Duration limit, Expired expired) {
    this.expired = expired;
    this.limitNanos = limit.toNanos();
    Thread.ofPlatform().name("deadline").daemon(true).start(this::watch);
  }

  /** Sets the limit, for a call in progress too. */
  public void limit(Duration limit) {
    limitNanos = limit.toNanos();
  }

  /** Returns the limit. */
  public Duration limit() {
    return Duration.ofNanos(limitNanos);
  }

  /**
   * Marks the start of a call.
   *
   * @param call words for the call, to which the peer's number is appended
   * @param peer rank that is waited for, or -1 for none in particular
   */
  public void begin(String call, int peer) {
    begun = System.nanoTime();
    this.peer = peer;
    what = call;
  }

  /** Marks the end of the call. */
  public void end() {
    what = null;
  }

  private void watch() {
    while (!closed) {
      String call = what;
      // Read after the name: a newer begin can only make the wait look shorter.
      long waited = System.nanoTime() - begun;
      if (call != null && waited > limitNanos) {
        expired.run(peer < 0 ? call : call + peer, Duration.ofNanos(limitNanos));
      }
      LockSupport.parkNanos(CHECK_NANOS);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
