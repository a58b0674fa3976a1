package kvasir.launch;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;

/**
 * Launch of ranks as processes, and the wait for their end. If a rank is lost and the settings
 * allow it, a new world does the order again, on the remaining hosts and the spare slots of the
 * hostfile.
 */
final class WorldLaunch {
  private final WorldSettings settings;
  private final JavaCommand command;
  private final Activity activity;
  private final PrintStream err;
  private final ResumedOutput resumed;

  WorldLaunch(WorldSettings settings, JavaCommand command, Console console, Activity activity) {
    this.settings = settings;
    this.command = command;
    this.activity = activity;
    this.err = console.errors();
    this.resumed = new ResumedOutput(console::write);
  }

  /**
   * Runs one world and waits for its end.
   *
   * @param opened takes the side channel to the ranks, before they are started
   */
  WorldEnd once(Consumer<HeartbeatServer> opened) {
    return world(settings.slots().subList(0, settings.ranks()), true, opened);
  }

  /**
   * Runs one order, in a new world after each loss if the settings allow it.
   *
   * @return exit code of the last world
   */
  int run(Order order) {
    return run(
        line -> {
          line.offerInput(System.in);
          give(line, order);
        },
        () -> true);
  }

  /** Returns the worlds of an order of which this process does a part. */
  Worlds led(Order order) {
    return new Worlds() {
      private final AtomicBoolean stopped = new AtomicBoolean();
      private volatile Optional<HeartbeatServer> present = Optional.empty();

      @Override
      public int run(Lead lead) {
        int code =
            WorldLaunch.this.run(
                line -> {
                  line.offerWork(lead::serve);
                  give(line, order);
                  present = Optional.of(line);
                  if (stopped.get()) {
                    line.cancel();
                  }
                },
                () -> !stopped.get() && lead.lost() && !stopped.get());
        return stopped.get() ? ExitCodes.DONE : code;
      }

      @Override
      public void stop() {
        stopped.set(true);
        present.ifPresent(HeartbeatServer::cancel);
      }
    };
  }

  private static void give(HeartbeatServer line, Order order) {
    CompletableFuture<Integer> unused = send(line, order);
    line.finish();
  }

  /**
   * Runs worlds until one ends without a loss, or none can follow.
   *
   * @param opened takes the side channel to the ranks of each world, before they are started
   * @param again called after a loss; returns whether another world is to be started
   * @return exit code of the last world
   */
  private int run(Consumer<HeartbeatServer> opened, BooleanSupplier again) {
    List<String> slots = new ArrayList<>(settings.slots());
    int size = settings.ranks();
    while (true) {
      WorldEnd end = world(slots.subList(0, size), slots.size() > 1, opened);
      OptionalInt lost = end.lostRank();
      if (!settings.rebuilds() || end.code() != ExitCodes.CLUSTER_FAILURE || lost.isEmpty()) {
        return end.code();
      }
      slots.remove(lost.getAsInt());
      size = Math.min(size, slots.size());
      if (size == 0 || !again.getAsBoolean()) {
        return end.code();
      }
      announce(size);
    }
  }

  /** Sends an order to the ranks. Only rank 0 receives its text. */
  static CompletableFuture<Integer> send(HeartbeatServer line, Order order) {
    return line.order(order.encode(), order.withText(null).encode());
  }

  private void announce(int ranks) {
    long begin = System.nanoTime();
    err.printf(Locale.ROOT, "kvasir: going on with %d %s%n", ranks, ranks == 1 ? "rank" : "ranks");
    resumed.whenNew(
        () ->
            err.printf(
                Locale.ROOT,
                "kvasir: the next text came %.1f s after the loss was noticed%n",
                (System.nanoTime() - begin) / 1e9));
  }

  /**
   * Checks that MPJ is on the class path. Kvasir's jar does not contain it; the launch scripts add
   * it.
   *
   * @throws UserError if it is missing
   */
  private static void requireMpj() {
    if (WorldLaunch.class.getResource("/mpi/MPI.class") == null) {
      throw new UserError(
          "--transport mpj",
          "MPJ Express is not on the class path",
          "use launch/kvasir, or --transport native");
    }
  }

  /**
   * Runs one world and waits for its end.
   *
   * @param more whether hosts are left after a loss
   */
  private WorldEnd world(List<String> hosts, boolean more, Consumer<HeartbeatServer> opened) {
    WorldSpec spec =
        new WorldSpec(
            hosts,
            command.of(),
            settings.silence(),
            settings.timeout(),
            settings.rebuilds() && more
                ? "its world has ended"
                : "the run has ended, start it again");
    if (settings.transport() != Transport.NATIVE) {
      requireMpj();
    }
    RankStreams streams = new RankStreams(err, resumed);
    activity.set("starting " + hosts.size() + (hosts.size() == 1 ? " process" : " processes"));
    WorldEnd end =
        settings.transport() == Transport.NATIVE
            ? new MpirunLauncher(spec, streams, activity).run(opened)
            : new RankLauncher(spec, settings.slurm(), streams, activity).run(opened);
    streams.requireWritten();
    return end;
  }
}
