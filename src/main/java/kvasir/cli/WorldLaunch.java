package kvasir.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import kvasir.error.UserError;
import kvasir.launch.HostFile;
import kvasir.launch.HostRoute;
import kvasir.launch.MpirunLauncher;
import kvasir.launch.RankLauncher;
import kvasir.launch.RankStreams;
import kvasir.launch.ResumedOutput;
import kvasir.launch.WorldEnd;
import kvasir.launch.WorldSpec;
import kvasir.measure.Activity;

/**
 * Starts the ranks of one command as processes and stays to their end. Where the command can be
 * taken up again, a lost rank is not the end: the ranks that are left, or a spare slot of the
 * hostfile, go on.
 */
final class WorldLaunch {
  private final CommonOptions options;
  private final Handover handover;
  private final boolean rebuilds;
  private final PrintStream err =
      new PrintStream(StatusLine.HERE.before(System.err), true, StandardCharsets.UTF_8);
  private final ResumedOutput resumed = new ResumedOutput(new Output()::write);

  WorldLaunch(CommonOptions options, Handover handover, boolean rebuilds) {
    this.options = options;
    this.handover = handover;
    this.rebuilds = rebuilds;
  }

  /** Runs the command on so many ranks; its exit code. */
  int run(int ranks) {
    List<String> slots = slots(ranks);
    int size = ranks;
    while (true) {
      WorldEnd end = world(slots.subList(0, size));
      OptionalInt lost = end.lostRank();
      if (!rebuilds || end.code() != ExitCodes.CLUSTER_FAILURE || lost.isEmpty()) {
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

  /** A host for each rank, and those to spare. */
  private List<String> slots(int ranks) {
    Optional<HostFile> hosts = options.hostFile();
    if (hosts.isEmpty()) {
      return new ArrayList<>(Collections.nCopies(ranks, HostRoute.LOCALHOST));
    }
    HostFile file = hosts.get();
    List<String> slots = new ArrayList<>(file.place(ranks));
    List<String> all = file.place(file.size());
    slots.addAll(all.subList(ranks, all.size()));
    return slots;
  }

  /** Our launchers put MPJ beside the jar, which does not hold it. */
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
            WorldStart.command(),
            handover.encode(),
            options.silence(),
            options.timeout(),
            rebuilds ? "its world has ended" : "the run has ended, start it again");
    if (options.transport != Transport.NATIVE) {
      requireMpj();
    }
    RankStreams streams = new RankStreams(err, resumed);
    Activity.set("starting " + hosts.size() + (hosts.size() == 1 ? " process" : " processes"));
    boolean slurm = HostFile.SLURM.equals(options.hosts);
    WorldEnd end =
        options.transport == Transport.NATIVE
            ? new MpirunLauncher(spec, streams).run()
            : new RankLauncher(spec, slurm, streams).run();
    streams.requireWritten();
    return end;
  }
}
