package kvasir.launch;

import java.util.concurrent.CompletableFuture;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.measure.Activity;

/** A world whose ranks are processes. Its launcher runs in its own thread. Thread-safe. */
final class ProcessWorld implements World {
  private final CompletableFuture<HeartbeatServer> line = new CompletableFuture<>();
  private final CompletableFuture<WorldEnd> end = new CompletableFuture<>();

  ProcessWorld(WorldSettings settings, JavaCommand command, Console console, Activity activity) {
    WorldLaunch launch = new WorldLaunch(settings, command, console, activity);
    Thread.ofPlatform().name("world").daemon(true).start(() -> run(launch));
  }

  // Whatever error ends the launcher must reach those who wait for the world.
  @SuppressWarnings("CatchingUnchecked")
  private void run(WorldLaunch launch) {
    try {
      end.complete(launch.once(line::complete));
    } catch (RuntimeException | Error e) {
      line.completeExceptionally(e);
      end.completeExceptionally(e);
    }
  }

  @Override
  public CompletableFuture<Integer> order(Order order) {
    return line.thenCompose(ranks -> WorldLaunch.send(ranks, order));
  }

  @Override
  public void close() {
    line.join().finish();
    end.join();
  }
}
