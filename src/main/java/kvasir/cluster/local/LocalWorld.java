package kvasir.cluster.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import kvasir.cluster.Communicator;
import kvasir.error.ClusterFailure;

/** A world of threads that copy messages through queues. */
public final class LocalWorld {
  /** What one rank does. */
  @FunctionalInterface
  public interface RankBody<T> {
    T run(Communicator world);
  }

  private final int size;
  private final Duration deadline;
  private final List<BlockingQueue<Object>> queues = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private LocalWorld(int size, Duration deadline) {
    this.size = size;
    this.deadline = deadline;
    for (int i = 0; i < size * size; i++) {
      queues.add(new LinkedBlockingQueue<>());
    }
  }

  /**
   * Runs a body on every rank and returns their results in the order of ranks. The first failure
   * releases the other ranks and is thrown here.
   *
   * @param deadline the longest that a rank waits for a message
   */
  public static <T> List<T> run(int ranks, Duration deadline, RankBody<T> body) {
    LocalWorld world = new LocalWorld(ranks, deadline);
    List<FutureTask<T>> tasks = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int own = rank;
      FutureTask<T> task = new FutureTask<>(() -> world.runRank(own, body));
      tasks.add(task);
      Thread.ofPlatform().name("rank-" + rank).daemon(true).start(task);
    }
    List<T> results = new ArrayList<>();
    for (FutureTask<T> task : tasks) {
      results.add(world.result(task));
    }
    return results;
  }

  private <T> T runRank(int rank, RankBody<T> body) {
    try {
      return body.run(new Rank(rank));
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }

  private <T> T result(FutureTask<T> task) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ranks ran", e);
    } catch (ExecutionException e) {
      Throwable first = failure.get();
      if (first instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IllegalStateException(first == null ? e.getCause() : first);
    }
  }

  private final class Rank implements Communicator {
    private final int rank;

    Rank(int rank) {
      this.rank = rank;
    }

    @Override
    public int rank() {
      return rank;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public void send(float[] data, int count, int peer) {
      queues.get(rank * size + peer).add(java.util.Arrays.copyOf(data, count));
    }

    @Override
    public void receive(float[] data, int count, int peer) {
      System.arraycopy(take(peer), 0, data, 0, count);
    }

    @Override
    public void send(long[] data, int count, int peer) {
      queues.get(rank * size + peer).add(java.util.Arrays.copyOf(data, count));
    }

    @Override
    public void receive(long[] data, int count, int peer) {
      System.arraycopy(take(peer), 0, data, 0, count);
    }

    @Override
    public void close() {}

    private Object take(int peer) {
      long end = System.nanoTime() + deadline.toNanos();
      try {
        while (System.nanoTime() < end) {
          Object message = queues.get(peer * size + rank).poll(50, TimeUnit.MILLISECONDS);
          if (message != null) {
            return message;
          }
          if (failure.get() != null) {
            throw new ClusterFailure(rank, peer, "another rank failed", failure.get());
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClusterFailure(rank, peer, "interrupted", e);
      }
      throw new ClusterFailure(rank, peer, "no message within " + deadline);
    }
  }
}
