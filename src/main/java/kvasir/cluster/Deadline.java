package kvasir.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches over calls that cannot be interrupted: a thread of its own sees when one takes longer
 * than the limit, and ends the process. Used by one thread at a time.
 */
public final class Deadline implements AutoCloseable {
  /** Ends the process; told what took too long. */
  @FunctionalInterface
  public interface Expired {
    void run(String what, Duration limit);
  }

  private static final long CHECK_NANOS = 100_000_000;

  private final Expired expired;
  private volatile long limitNanos;
  private volatile long begun;
  private volatile String what;
  private volatile int peer;
  private volatile boolean closed;

  public Deadline(Duration limit, Expired expired) {
    this.expired = expired;
    this.limitNanos = limit.toNanos();
    Thread.ofPlatform().name("deadline").daemon(true).start(this::watch);
  }

  public void limit(Duration limit) {
    limitNanos = limit.toNanos();
  }

  /** Begins a wait; peer -1 where there is no single one. */
  public void begin(String call, int peer) {
    begun = System.nanoTime();
    this.peer = peer;
    what = call;
  }

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
