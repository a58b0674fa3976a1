package kvasir.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Bounded wait for a condition that cannot wake a thread. It spins for some microseconds, then
 * yields the core to other threads, then sleeps in short pieces; it sleeps earlier where other
 * threads want the core.
 */
public final class Waiting {
  // A message between two processes of a node takes 1 to 10 us.
  private static final int SPINS = 256;

  /**
   * Time for which the core is yielded rather than released. Longer than the work that ranks do
   * between two exchanges.
   */
  private static final long YIELD_NANOS = 5_000_000;

  /**
   * Duration of a yield above which another thread must have run. Threads then outnumber cores, and
   * yielding further would take time from the threads that this one waits for, since Linux returns
   * the core to a yielding thread in turn.
   */
  private static final long SHARED_NANOS = 20_000;

  private static final long SLEEP_NANOS = 50_000;

  private Waiting() {}

  /**
   * Waits until a condition holds.
   *
   * @param done the condition, evaluated many times
   * @return false if the limit passed first
   */
  // Yielding only helps the threads that share the core; no result depends on it.
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
