package kvasir.cluster.local;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import kvasir.cluster.Communicator;
import kvasir.cluster.Doorbell;
import kvasir.cluster.Rings;
import kvasir.cluster.Waiting;
import kvasir.error.ClusterFailure;

/**
 * A world whose ranks are threads of this process. A sender offers a view of its data and the
 * receiver copies from it: one copy, and no buffer between them.
 */
public final class LocalWorld {
  /** Work of one rank. */
  @FunctionalInterface
  public interface RankFunction<T> {
    /** Runs the work of the rank {@code world.rank()}. */
    T run(Communicator world);
  }

  private final int size;
  private final Duration firstDeadline;
  private final List<Queue<Parcel>> queues = new ArrayList<>();
  private final List<Rings> rings = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Data that a sender offers, and whether the receiver has copied it. */
  private static final class Parcel {
    final MemorySegment data;
    volatile boolean taken;

    Parcel(MemorySegment data) {
      this.data = data;
    }
  }

  private LocalWorld(int size, Duration deadline) {
    this.size = size;
    this.firstDeadline = deadline;
    for (int i = 0; i < size * size; i++) {
      queues.add(new ConcurrentLinkedQueue<>());
    }
    for (int i = 0; i < size; i++) {
      rings.add(new Rings(i));
    }
  }

  /**
   * Runs a body on every rank and returns the results in the order of ranks. The first failure
   * releases the other ranks and is thrown to the caller.
   *
   * @param deadline the longest time that a rank waits for a message
   */
  public static <T> List<T> run(int ranks, Duration deadline, RankFunction<T> body) {
    LocalWorld world = new LocalWorld(ranks, deadline);
    List<FutureTask<T>> tasks = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      int thisRank = rank;
      FutureTask<T> task = new FutureTask<>(() -> world.runRank(thisRank, body));
      tasks.add(task);
      Thread.ofPlatform().name("rank-" + rank).daemon(true).start(task);
    }
    List<T> results = new ArrayList<>();
    for (FutureTask<T> task : tasks) {
      results.add(world.result(task));
    }
    return results;
  }

  private <T> T runRank(int rank, RankFunction<T> body) {
    try {
      return body.run(new Rank(rank));
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
      rings.forEach(Rings::add);
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
      switch (failure.get()) {
        case RuntimeException first -> throw first;
        case Error first -> throw first;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  private final class Rank implements Communicator, Doorbell {
    private final int rank;
    private Duration deadline;

    Rank(int rank) {
      this.rank = rank;
      this.deadline = firstDeadline;
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
    public void exchange(List<Message> sends, List<Message> receives) {
      List<Parcel> parcels = new ArrayList<>(sends.size());
      for (Message message : sends) {
        Parcel parcel = new Parcel(message.data());
        parcels.add(parcel);
        queues.get(rank * size + message.peer()).add(parcel);
      }
      for (Message message : receives) {
        take(message);
      }
      for (int i = 0; i < parcels.size(); i++) {
        Parcel parcel = parcels.get(i);
        await(() -> parcel.taken, sends.get(i).peer());
      }
    }

    private void take(Message message) {
      Queue<Parcel> queue = queues.get(message.peer() * size + rank);
      await(() -> !queue.isEmpty(), message.peer());
      Parcel parcel = queue.remove();
      if (parcel.data.byteSize() != message.data().byteSize()) {
        throw new ClusterFailure(
            rank,
            message.peer(),
            "sent " + parcel.data.byteSize() + " bytes, not " + message.data().byteSize());
      }
      message.data().copyFrom(parcel.data);
      parcel.taken = true;
    }

    private void await(BooleanSupplier done, int peer) {
      boolean[] gone = {false};
      boolean inTime =
          Waiting.until(() -> done.getAsBoolean() || (gone[0] = failure.get() != null), deadline);
      if (gone[0] && !done.getAsBoolean()) {
        throw new ClusterFailure(rank, peer, "another rank failed", failure.get());
      }
      if (!inTime) {
        throw new ClusterFailure(rank, peer, "no message within " + deadline);
      }
    }

    @Override
    public void limit(Duration limit) {
      deadline = limit;
    }

    @Override
    public Duration limit() {
      return deadline;
    }

    @Override
    public Doorbell doorbell() {
      return this;
    }

    @Override
    public void ring() {
      for (int other = 0; other < size; other++) {
        if (other != rank) {
          rings.get(other).add();
        }
      }
    }

    @Override
    public boolean await(Duration limit) {
      return rings.get(rank).await(limit);
    }

    @Override
    public void close() {}
  }
}
