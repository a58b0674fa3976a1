package kvasir.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for something that cannot wake a thread: spins for some microseconds, then lets other
 * threads of the core run, then sleeps in short pieces; sleeps at once where others want the core.
 * Never longer than the limit.
 */
public final class Waiting {
  // A message between two processes of a node takes 1 to 10 us.
  private static final int SPINS = 256;

  /** Longer than the work that ranks do between two exchanges: the core is ours anyway. */
  private static final long YIELD_NANOS = 5_000_000;

  /**
   * A yield that takes longer has let another thread run: threads outnumber the cores, and to yield
   * on takes a share of the core from those that this one waits for (Linux hands it back to a
   * yielding thread in turn).
   */
  private static final long SHARED_NANOS = 20_000;

  private static final long SLEEP_NANOS = 50_000;

  private Waiting() {}

  /** True when it came to pass in time. */
  // Yielding is a courtesy to what shares the core; nothing relies on it.
  @SuppressWarnings("ThreadPriorityCheck")
  public static boolean until(BooleanSupplier done, Duration limit) {
    for (int i = 0; i < SPINS; i++) {
      if (done.getAsBoolean()) {
        return true;
      }
      Thread.onSpinWait();
    }
    long start = System.nanoTime();
    long now = start;
    boolean shared = false;
    while (!done.getAsBoolean()) {
      if (now - start > limit.toNanos()) {
        return false;
      }
      if (shared || now - start > YIELD_NANOS) {
        LockSupport.parkNanos(SLEEP_NANOS);
        now = System.nanoTime();
      } else {
        Thread.yield();
        long before = now;
        now = System.nanoTime();
        shared = now - before > SHARED_NANOS;
      }
    }
    return true;
  }
}
