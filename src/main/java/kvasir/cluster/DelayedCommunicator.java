package kvasir.cluster;

import java.time.Duration;
import java.util.List;

/**
 * Holds messages back before another communicator sends them, as a network of more latency would.
 * The sender keeps them: a rank that sends and then waits for an answer, as all of ours do, notices
 * no difference to a slow wire.
 */
public final class DelayedCommunicator implements Communicator {
  private final Communicator inner;
  private final long nanos;

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
      // Shorter than a scheduler's timer could wait.
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
