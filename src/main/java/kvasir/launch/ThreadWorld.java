package kvasir.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import kvasir.cluster.Communicator;
import kvasir.cluster.local.LocalWorld;

/** A world whose ranks are threads of this process. Thread-safe. */
final class ThreadWorld implements World {
  /** Work of one rank on an order. It returns the exit code. */
  @FunctionalInterface
  interface Work {
    int run(Order order, Communicator world, LocalRank place);
  }

  /** An order, with a future for the exit code of each rank. */
  private record Task(Order order, List<CompletableFuture<Integer>> codes) {}

  private final List<BlockingQueue<Optional<Task>>> queues = new ArrayList<>();
  private final CompletableFuture<Void> end;
  private final Work work;

  ThreadWorld(WorldSettings settings, Work work) {
    this.work = work;
    for (int rank = 0; rank < settings.ranks(); rank++) {
      queues.add(new LinkedBlockingQueue<>());
    }
    this.end =
        CompletableFuture.runAsync(
            () -> LocalWorld.run(settings.ranks(), settings.timeout(), this::rank),
            task -> Thread.ofPlatform().name("world").daemon(true).start(task));
  }

  private int rank(Communicator world) {
    LocalRank place = new LocalRank(world.rank(), world.size());
    try {
      Optional<Task> task = queues.get(world.rank()).take();
      while (task.isPresent()) {
        int code = work.run(task.get().order(), world, place);
        task.get().codes().get(world.rank()).complete(code);
        task = queues.get(world.rank()).take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return world.rank();
  }

  @Override
  public CompletableFuture<Integer> order(Order order) {
    List<CompletableFuture<Integer>> codes =
        queues.stream().map(queue -> new CompletableFuture<Integer>()).toList();
    Task task = new Task(order, codes);
    CompletableFuture<Integer> result =
        codes.stream().reduce((a, b) -> a.thenCombine(b, Math::max)).orElseThrow();
    CompletableFuture<Void> unused = end.whenComplete((done, e) -> fail(result, e));
    queues.forEach(queue -> queue.add(Optional.of(task)));
    return result;
  }

  private static void fail(CompletableFuture<Integer> result, Throwable e) {
    if (e != null) {
      result.completeExceptionally(e);
    }
  }

  @Override
  public void close() {
    queues.forEach(queue -> queue.add(Optional.empty()));
    end.join();
  }
}
