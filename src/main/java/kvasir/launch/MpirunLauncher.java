package kvasir.launch;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.cluster.nativempi.NativeRank;
import kvasir.error.ClusterFailure;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.Loss;
import kvasir.launch.heartbeat.RunToken;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;
import kvasir.measure.ProcessUser;
import kvasir.process.BoundedProcess;
import kvasir.process.OnShutdown;

/**
 * Starts ranks through the site's own {@code mpirun}, which knows its hosts and its network, and
 * waits until it has ended.
 */
public final class MpirunLauncher {
  private static final int SIGNALLED = 128;
  private static final int SIGNALS = 65;
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);
  private static final int VERSION_BYTES = 1 << 16;

  /**
   * Time for the ranks to end after they were told of a loss, and for mpirun to notice their end.
   */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final long POLL_MILLIS = 20;

  /**
   * Words that start mpirun so that it survives while it cleans up. If this process dies, nobody
   * reads mpirun's output, and that must not end mpirun.
   */
  private static final List<String> PATIENT =
      List.of("sh", "-c", "trap '' PIPE; exec \"$@\"", "sh");

  private final WorldSpec spec;
  private final RankStreams streams;
  private final Activity activity;
  private final Set<String> localHosts;
  private final RunToken token = RunToken.random();
  private volatile boolean interrupted;

  /**
   * @param activity activity of this process, which is set to that of rank 0
   */
  public MpirunLauncher(WorldSpec spec, RankStreams streams, Activity activity) {
    this.spec = spec;
    this.streams = streams;
    this.activity = activity;
    this.localHosts =
        spec.hosts().stream().distinct().filter(HostRoute::isLocal).collect(Collectors.toSet());
  }

  /**
   * Runs the world and waits for its end. The exit code of {@code mpirun} is that of the first rank
   * that fails.
   *
   * @param opened takes the side channel to the ranks, before they are started
   */
  public WorldEnd run(Consumer<HeartbeatServer> opened) {
    String launcher =
        find("mpirun")
            .or(() -> find("mpiexec"))
            .orElseThrow(
                () ->
                    new UserError(
                        "--transport native",
                        "no mpirun on the PATH",
                        "install Open MPI or MPICH, or use --transport mpj"));
    RoomForRanks room = RoomForRanks.here();
    room.require(spec.hosts().size());
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(PATIENT));
    builder.command().addAll(command(launcher, isOpenMpi(launcher)));
    try {
      InetAddress address = HostRoute.meetingPlace(spec.hosts());
      try (HeartbeatServer line = new HeartbeatServer(address, token, spec)) {
        opened.accept(line);
        MpirunEnvironment.prepare(builder.environment(), local());
        // The token is passed in the environment, since other users can read a command line.
        builder.environment().put(HeartbeatClient.TOKEN, token.text());
        builder
            .environment()
            .put(HeartbeatClient.LISTENER, address.getHostAddress() + ":" + line.port());
        builder.environment().putAll(RemoteShell.locale());
        Process process = builder.start();
        OnShutdown killer = new OnShutdown(() -> interrupt(process));
        try {
          streams.pump(0, process, OutputMarker.of(token.text()));
          return await(process, line, launcher);
        } finally {
          // From here on, the end of this process is not an interruption.
          killer.close();
        }
      } finally {
        removeLeftovers();
      }
    } catch (IOException e) {
      throw room.notStarted(spec.hosts().size(), launcher, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(-1, -1, "interrupted while ranks ran", e);
    }
  }

  private static void removeLeftovers() {
    try {
      OpenMpiLeftovers.here().remove();
    } catch (IOException | UncheckedIOException e) {
      // Another run removes the files too, or this system has none of them.
    }
  }

  /**
   * Ends mpirun, because this process is being ended by Ctrl-C or a signal. The process has ended
   * when this method returns.
   */
  private void interrupt(Process process) {
    interrupted = true;
    if (process.isAlive()) {
      process.destroy();
      streams.report("interrupted; the run has ended on all ranks");
      try {
        // An mpirun that has only just started dies of the signal without cleaning up.
        if (process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
          removeLeftovers();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private WorldEnd await(Process process, HeartbeatServer line, String launcher)
      throws InterruptedException {
    boolean over = false;
    Map<Integer, ProcessHandle> found = new HashMap<>();
    Set<Integer> explained = new HashSet<>();
    int ranks = spec.hosts().size();
    long here = spec.hosts().stream().filter(localHosts::contains).count();
    RanksWatch watch = RanksWatch.of(line, Stream.of(process));
    boolean come = false;
    while (!over && line.loss().isEmpty() && !streams.unwritten() && !line.cancelled()) {
      watch.pause(!come);
      over = !process.isAlive();
      activity.follow(line.activity(0));
      if (found.size() < here) {
        process
            .descendants()
            .forEach(
                child ->
                    rankOf(child.pid())
                        .filter(rank -> found.putIfAbsent(rank, child) == null)
                        .ifPresent(rank -> line.started(rank, child.pid())));
      }
      // mpirun soon ends the other ranks too, and does not say which one ended first.
      found.forEach((rank, child) -> explain(rank, child, line, explained));
      if (!come && IntStream.range(0, ranks).allMatch(line::hasCome)) {
        come = true;
        streams.arrived(0);
      }
    }
    if (!over && !line.cancelled()) {
      over = process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }
    if (!over) {
      // A rank is stopped. mpirun itself waits some seconds before it kills such a rank.
      process.destroy();
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
    int code =
        process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)
            ? process.exitValue()
            : HeartbeatServer.LOST;
    if (line.cancelled()) {
      return WorldEnd.of(ExitCodes.DONE);
    }
    if (code != 0) {
      // mpirun may have ended the first rank itself. The side channel tells which rank ended
      // first.
      long end = System.nanoTime() + GRACE.toNanos();
      while (line.loss().isEmpty() && System.nanoTime() < end) {
        Thread.sleep(POLL_MILLIS);
      }
    }
    streams.finish();
    streams.arrived(0);
    return line.loss().map(this::lost).orElseGet(() -> WorldEnd.of(ended(launcher, code)));
  }

  private void explain(
      int rank, ProcessHandle child, HeartbeatServer line, Set<Integer> explained) {
    if (!child.isAlive() && explained.add(rank)) {
      String reason = streams.sharedReason(0);
      line.ended(rank, "its process has ended" + (reason.isEmpty() ? "" : ": " + reason));
    }
  }

  /**
   * Returns the rank that a process on this host is to become, from the variables that mpirun gave
   * it.
   */
  private Optional<Integer> rankOf(long process) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", String.valueOf(process), "environ"));
      String[] words = new String(bytes, StandardCharsets.ISO_8859_1).split("\0", -1);
      Map<String, String> environment =
          Arrays.stream(words)
              .filter(word -> word.contains("="))
              .map(word -> word.split("=", 2))
              .collect(Collectors.toMap(word -> word[0], word -> word[1], (a, b) -> a));
      return NativeRank.of(environment)
          .map(NativeRank::rank)
          .filter(rank -> rank < spec.hosts().size());
    } catch (IOException e) {
      // The process has ended already, or this system has no such files.
      return Optional.empty();
    }
  }

  private WorldEnd lost(Loss loss) {
    if (!interrupted) {
      streams.report(loss.end().reason());
    }
    return interrupted
        ? WorldEnd.of(loss.end().code())
        : new WorldEnd(loss.end().code(), OptionalInt.of(loss.rank()));
  }

  /** Returns the exit code of the run if no rank was lost. */
  private int ended(String launcher, int code) {
    if (code <= SIGNALLED) {
      return code;
    }
    boolean signal = code - SIGNALLED < SIGNALS;
    streams.report(
        signal
            ? "mpirun was ended by signal " + (code - SIGNALLED) + "; start the run again"
            : launcher + " ended with exit code " + code + "; see what it said above");
    return HeartbeatServer.LOST;
  }

  List<String> command(String launcher, boolean openMpi) {
    List<String> all = new ArrayList<>(List.of(launcher));
    if (openMpi) {
      // A rank has several threads to place, so it must not be bound to one core.
      all.addAll(List.of("--quiet", "--oversubscribe", "--bind-to", "none"));
      all.addAll(List.of("-x", HeartbeatClient.TOKEN, "-x", HeartbeatClient.LISTENER));
      RemoteShell.locale().keySet().forEach(name -> all.addAll(List.of("-x", name)));
      if (ProcessUser.isRoot()) {
        all.add("--allow-run-as-root");
      }
    }
    all.addAll(List.of(openMpi ? "--host" : "-hosts", hosts(openMpi)));
    all.addAll(List.of(openMpi ? "-np" : "-n", String.valueOf(spec.hosts().size())));
    all.addAll(spec.command());
    return all;
  }

  /**
   * Returns the hosts for the command line. They are always named: without them mpirun would take
   * the nodes of a surrounding job, which cannot reach this host.
   */
  private String hosts(boolean openMpi) {
    if (!local()) {
      return String.join(",", spec.hosts());
    }
    return HostRoute.LOCALHOST + (openMpi ? ":" + spec.hosts().size() : "");
  }

  /** Returns whether all ranks are on this host. */
  private boolean local() {
    return localHosts.containsAll(spec.hosts());
  }

  private static Optional<String> find(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name).toFile())
        .filter(File::canExecute)
        .map(File::toString)
        .findFirst();
  }

  private static boolean isOpenMpi(String launcher) {
    try {
      ProcessBuilder version = new ProcessBuilder(launcher, "--version").redirectErrorStream(true);
      String text = BoundedProcess.text(version, VERSION_LIMIT, VERSION_BYTES).out();
      return text.contains("Open MPI") || text.contains("OpenRTE");
    } catch (IOException e) {
      throw new ClusterFailure(-1, -1, "cannot start " + launcher + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(-1, -1, "interrupted while starting", e);
    }
  }
}
