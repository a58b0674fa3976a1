package kvasir.launch;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.measure.Activity;

/**
 * Starts the ranks of one order as processes and stays to their end. Where the order can be taken
 * up again, a lost rank is not the end: the ranks that are left, or a spare slot of the hostfile,
 * begin again.
 */
final class WorldLaunch {
  private final Order order;
  private final WorldSettings settings;
  private final JavaCommand command;
  private final PrintStream err;
  private final ResumedOutput resumed;

  WorldLaunch(Order order, JavaCommand command, Console console) {
    this.order = order;
    this.settings = order.world();
    this.command = command;
    this.err = console.errors();
    this.resumed = new ResumedOutput(console::write);
  }

  /** Runs the order to its end; returns the exit code. */
  int run() {
    List<String> slots = new ArrayList<>(settings.slots());
    int size = settings.ranks();
    while (true) {
      WorldEnd end = world(slots.subList(0, size));
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

  /** Kvasir's launchers put MPJ beside the jar, which does not hold it. */
  private static void requireMpj() {
    if (WorldLaunch.class.getResource("/mpi/MPI.class") == null) {
      throw new UserError(
          "--transport mpj",
          "MPJ Express is not on the class path",
          "use launch/kvasir, or --transport native");
    }
  }

  private WorldEnd world(List<String> hosts) {
    WorldSpec spec =
        new WorldSpec(
            hosts,
            command.of(),
            order.encode(),
            // The text is rank 0's to read.
            order.withText(null).encode(),
            settings.silence(),
            settings.timeout(),
            settings.rebuilds() ? "its world has ended" : "the run has ended, start it again");
    if (settings.transport() != Transport.NATIVE) {
      requireMpj();
    }
    RankStreams streams = new RankStreams(err, resumed);
    Activity.set("starting " + hosts.size() + (hosts.size() == 1 ? " process" : " processes"));
    WorldEnd end =
        settings.transport() == Transport.NATIVE
            ? new MpirunLauncher(spec, streams).run()
            : new RankLauncher(spec, settings.slurm(), streams).run();
    streams.requireWritten();
    return end;
  }
}
