package kvasir.cluster;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Communicator that adds a fixed latency to another one, to imitate a slower network. The sender
 * waits before it sends; for a rank that sends and then waits for an answer, as all ranks here do,
 * this is the same as a slow wire.
 */
public final class DelayedCommunicator extends WrappedCommunicator {
  /** Time by which Linux wakes a parked thread late: its timers have a slack of 50 us. */
  private static final long LATE_NANOS = 60_000;

  private final long nanos;

  /**
   * Wraps a communicator.
   *
   * @param delay latency added to each exchange that sends
   */
  public DelayedCommunicator(Communicator inner, Duration delay) {
    super(inner);
    this.nanos = delay.toNanos();
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    if (!sends.isEmpty()) {
      delay();
    }
    inner.exchange(sends, receives);
  }

  /** Waits without a busy core, since ranks may outnumber the cores. */
  // Yielding only helps the threads that share the core; no result depends on it.
  @SuppressWarnings("ThreadPriorityCheck")
  private void delay() {
    long start = System.nanoTime();
    for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - start)) {
      if (left > LATE_NANOS) {
        LockSupport.parkNanos(left - LATE_NANOS);
      } else {
        Thread.yield();
      }
    }
  }
}
