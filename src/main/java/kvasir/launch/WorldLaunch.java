package kvasir.launch;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
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
    return world(settings.slots().subList(0, settings.ranks()), opened);
  }

  /**
   * Runs one order, in a new world after each loss if the settings allow it.
   *
   * @return exit code of the last world
   */
  int run(Order order) {
    List<String> slots = new ArrayList<>(settings.slots());
    int size = settings.ranks();
    while (true) {
      WorldEnd end =
          world(
              slots.subList(0, size),
              line -> {
                line.offerInput(System.in);
                CompletableFuture<Integer> unused = send(line, order);
                line.finish();
              });
      OptionalInt lost = end.lostRank();
      if (!settings.rebuilds() || end.code() != ExitCodes.CLUSTER_FAILURE || lost.isEmpty()) {
        return end.code();
      }
      slots.remove(lost.getAsInt());
      size = Math.min(size, slots.size());
      if (size == 0) {
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

  private WorldEnd world(List<String> hosts, Consumer<HeartbeatServer> opened) {
    WorldSpec spec =
        new WorldSpec(
            hosts,
            command.of(),
            settings.silence(),
            settings.timeout(),
            settings.rebuilds() ? "its world has ended" : "the run has ended, start it again");
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
