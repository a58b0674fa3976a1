package kvasir.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Bounded wait for a condition that cannot wake a thread. It spins for some microseconds, then
 * yields the core to other threads, then sleeps in pieces that grow with the time waited; it sleeps
 * earlier where other threads want the core.
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

  private static final long SHORTEST_SLEEP_NANOS = 50_000;

  /** Limit of a sleep, by which an idle rank wakes late. */
  private static final long LONGEST_SLEEP_NANOS = 4_000_000;

  /** Part of the time waited by which a sleep may lengthen the wait. */
  private static final long SLEEP_PART = 100;

  private Waiting() {}

  /**
   * Waits until a condition holds.
   *
   * @param done the condition, evaluated many times
   * @return false if the limit passed first
   */
  public static boolean until(BooleanSupplier done, Duration limit) {
    return until(done, limit, Duration.ZERO);
  }

  /**
   * Waits further until a condition holds.
   *
   * @param done the condition, evaluated many times
   * @param limit longest time of this call
   * @param before time for which earlier calls have waited for the same condition
   * @return false if the limit passed first
   */
  // Yielding only helps the threads that share the core; no result depends on it.
  @SuppressWarnings("ThreadPriorityCheck")
  public static boolean until(BooleanSupplier done, Duration limit, Duration before) {
    for (int i = 0; before.isZero() && i < SPINS; i++) {
      if (done.getAsBoolean()) {
        return true;
      }
      Thread.onSpinWait();
    }
    long start = System.nanoTime() - before.toNanos();
    long end = before.plus(limit).toNanos();
    long now = System.nanoTime();
    boolean shared = false;
    while (!done.getAsBoolean()) {
      if (now - start > end) {
        return false;
      }
      if (shared || now - start > YIELD_NANOS) {
        LockSupport.parkNanos(
            Math.clamp((now - start) / SLEEP_PART, SHORTEST_SLEEP_NANOS, LONGEST_SLEEP_NANOS));
        now = System.nanoTime();
      } else {
        Thread.yield();
        long yielded = now;
        now = System.nanoTime();
        shared = now - yielded > SHARED_NANOS;
      }
    }
    return true;
  }
}
