package kvasir.cluster;

import java.time.Duration;
import java.util.List;

/**
 * Communicator that adds a fixed latency to another one, to imitate a slower network. The sender
 * waits before it sends; for a rank that sends and then waits for an answer, as all ranks here do,
 * this is the same as a slow wire.
 */
public final class DelayedCommunicator implements Communicator {
  private final Communicator inner;
  private final long nanos;

  /**
   * Wraps a communicator.
   *
   * @param delay latency added to each exchange that sends
   */
  public DelayedCommunicator(Communicator inner, Duration delay) {
    this.inner = inner;
    this.nanos = delay.toNanos();
  }

  @Override
  public int rank() {
    return inner.rank();
  }

  @Override
  public int size() {
    return inner.size();
  }

  @Override
  public void exchange(List<Message> sends, List<Message> receives) {
    if (!sends.isEmpty()) {
      long start = System.nanoTime();
      // Spins, since the scheduler's timers cannot wait for so short a time.
      while (System.nanoTime() - start < nanos) {
        Thread.onSpinWait();
      }
    }
    inner.exchange(sends, receives);
  }

  @Override
  public void limit(Duration limit) {
    inner.limit(limit);
  }

  @Override
  public void close() {
    inner.close();
  }
}
