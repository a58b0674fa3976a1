package kvasir.launch;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import kvasir.launch.heartbeat.HeartbeatServer;

/**
 * Pauses of a launcher that looks after its processes. They end early when the run is over, so that
 * a world that serves for days is looked after without much processor time.
 *
 * @param change completed when the run is over
 */
record RanksWatch(CompletableFuture<Object> change) {
  private static final long STARTING_MILLIS = 20;
  private static final long RUNNING_MILLIS = 100;

  /** Watches a run that is over when the side channel says so, or all its processes have ended. */
  static RanksWatch of(HeartbeatServer line, Stream<Process> processes) {
    CompletableFuture<Void> ended =
        CompletableFuture.allOf(
            processes.map(Process::onExit).toArray(CompletableFuture<?>[]::new));
    return new RanksWatch(CompletableFuture.anyOf(line.over(), ended));
  }

  /**
   * Waits a short time, or until the run is over.
   *
   * @param starting whether not all ranks have come, whose progress a user watches
   */
  void pause(boolean starting) throws InterruptedException {
    try {
      change.get(starting ? STARTING_MILLIS : RUNNING_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The run goes on.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
