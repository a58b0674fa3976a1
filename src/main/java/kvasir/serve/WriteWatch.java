package kvasir.serve;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Limit of the time that a write to a client may take. A client that does not read holds a write up
 * for ever otherwise, since sockets have no such limit. Thread-safe.
 */
final class WriteWatch implements AutoCloseable {
  private static final long PERIOD_MILLIS = 500;

  /** A write that has begun. */
  private record Pending(long deadline, Runnable cut) {}

  private final Duration limit;
  private final Set<Pending> writes = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("slow-readers").daemon(true).factory());

  /** Creates a watch without writes, and starts its thread. */
  WriteWatch(Duration limit) {
    this.limit = limit;
    ScheduledFuture<?> unused =
        clock.scheduleWithFixedDelay(
            this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    List<Pending> late = writes.stream().filter(write -> now - write.deadline() > 0).toList();
    for (Pending write : late) {
      if (writes.remove(write)) {
        // In a thread of its own: closing a socket may take time.
        Thread.ofVirtual().start(write.cut());
      }
    }
  }

  /**
   * Runs a write.
   *
   * @param cut closes the connection if the write takes too long
   */
  void run(Runnable write, Runnable cut) {
    Pending pending = new Pending(System.nanoTime() + limit.toNanos(), cut);
    writes.add(pending);
    try {
      write.run();
    } finally {
      writes.remove(pending);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
