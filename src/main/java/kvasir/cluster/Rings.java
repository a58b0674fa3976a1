package kvasir.cluster;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kvasir.error.ClusterFailure;

/** Rings at one rank that it has not waited for yet. Thread-safe. */
public final class Rings {
  private final int rank;
  private final Semaphore count = new Semaphore(0);

  /** Creates the rings at a rank; there are none. */
  public Rings(int rank) {
    this.rank = rank;
  }

  /** Adds a ring, which wakes the rank if it waits. */
  public void add() {
    count.release();
  }

  /** Takes a ring as {@link Doorbell#await} does. */
  public boolean await(Duration limit) {
    try {
      return count.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(rank, -1, "interrupted while idle", e);
    }
  }
}
