package kvasir.cli.job;

import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import kvasir.engine.remote.RemoteEngine;
import kvasir.error.ExitCodes;
import kvasir.launch.Lead;
import kvasir.process.StopSignals;

/**
 * Server in the process that starts the ranks. It keeps its clients while ranks are lost and a new
 * world is built on what is left.
 */
final class ServeLead implements Lead {
  private static final String STOPPING = "the server is stopping";

  /** Longest time for ranks to end after their last step. */
  private static final Duration LEAVING = Duration.ofSeconds(5);

  private static final long POLL_NANOS = 10_000_000;

  private final LeadContext context;
  private final ServeFront front;
  private final RemoteEngine engine = new RemoteEngine(this::ready);
  private volatile long lostAt;
  private volatile boolean draining;
  private volatile boolean ended;

  ServeLead(ServeJob job, LeadContext context) {
    this.context = context;
    this.front = new ServeFront(job, context.model(), context.output());
  }

  /**
   * Serves until a signal or the loss of all ranks.
   *
   * @return exit code of the command
   */
  int run() {
    try (front) {
      front.open(context.settings(), engine);
      StopSignals signals = new StopSignals(this::drain);
      try {
        int code = context.worlds().run(this);
        return draining && engine.live() == 0 ? ExitCodes.DONE : code;
      } finally {
        ended = true;
        signals.close();
        engine.end(draining ? STOPPING : "the ranks were lost");
      }
    }
  }

  @Override
  public void serve(Socket rankZero) {
    engine.serve(rankZero);
  }

  private void ready(long kvBytes) {
    if (lostAt == 0) {
      front.announce(kvBytes);
    } else {
      double seconds = (System.nanoTime() - lostAt) / 1e9;
      context.output().note("kvasir: serving again, %.1f s after the loss was noticed", seconds);
    }
  }

  @Override
  public boolean lost() {
    lostAt = System.nanoTime();
    engine.lost();
    return !draining || engine.live() > 0;
  }

  /** Lets running requests end, as far as they do so in time, and then the ranks. */
  private void drain() {
    ServeFront.noteDrain(context.output());
    draining = true;
    engine.close();
    await(() -> engine.live() == 0, ServeJob.DRAIN);
    engine.end(STOPPING);
    if (engine.attached()) {
      await(() -> ended, LEAVING);
    }
    context.worlds().stop();
  }

  private static void await(BooleanSupplier condition, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
