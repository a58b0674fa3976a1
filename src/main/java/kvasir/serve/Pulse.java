package kvasir.serve;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import kvasir.team.BackgroundThreads;

/**
 * Regular call of all feeds that are waited for, by a thread that lives as long as there are any. A
 * wait with a limit of its own would start and stop a timer for each token, which wakes a further
 * thread each time. Thread-safe.
 */
final class Pulse {
  private static final long PERIOD_NANOS = 100_000_000;

  private final Set<EventFeed> feeds = ConcurrentHashMap.newKeySet();
  private final Executor thread = BackgroundThreads.of("pulse", 1);
  private final AtomicBoolean running = new AtomicBoolean();

  void add(EventFeed feed) {
    feeds.add(feed);
    startIfNeeded();
  }

  void remove(EventFeed feed) {
    feeds.remove(feed);
  }

  private void startIfNeeded() {
    if (!feeds.isEmpty() && running.compareAndSet(false, true)) {
      thread.execute(this::run);
    }
  }

  private void run() {
    while (!feeds.isEmpty()) {
      feeds.forEach(EventFeed::pulse);
      LockSupport.parkNanos(PERIOD_NANOS);
    }
    running.set(false);
    // One may have come before that.
    startIfNeeded();
  }
}
