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
import kvasir.cluster.nativempi.NativeRank;
import kvasir.error.ClusterFailure;
import kvasir.error.UserError;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.Loss;
import kvasir.launch.heartbeat.RunToken;
import kvasir.measure.Activity;
import kvasir.measure.ProcessUser;
import kvasir.process.BoundedProcess;
import kvasir.process.OnShutdown;

/**
 * Starts ranks through the site's own {@code mpirun}, which knows its hosts and its network, and
 * stays until it has ended.
 */
public final class MpirunLauncher {
  private static final int SIGNALLED = 128;
  private static final int SIGNALS = 65;
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);
  private static final int VERSION_BYTES = 1 << 16;

  /** For ranks that have been told of the end, and for mpirun to see theirs. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final long POLL_MILLIS = 20;

  /**
   * Command that keeps mpirun alive while it cleans up: after the death of this process, output
   * that nobody reads must not end it.
   */
  private static final List<String> PATIENT =
      List.of("sh", "-c", "trap '' PIPE; exec \"$@\"", "sh");

  private final WorldSpec spec;
  private final RankStreams streams;
  private final Set<String> localHosts;
  private final RunToken token = RunToken.random();
  private volatile boolean interrupted;

  public MpirunLauncher(WorldSpec spec, RankStreams streams) {
    this.spec = spec;
    this.streams = streams;
    this.localHosts =
        spec.hosts().stream().distinct().filter(HostRoute::isLocal).collect(Collectors.toSet());
  }

  /**
   * Runs the world to its end. The exit code of {@code mpirun} is that of the first rank that
   * fails.
   *
   * @param opened hears of the line to the ranks, before they are started
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
        // The environment, not the command line: that could be read by others.
        builder.environment().put(HeartbeatClient.TOKEN, token.text());
        builder
            .environment()
            .put(HeartbeatClient.LISTENER, address.getHostAddress() + ":" + line.port());
        builder.environment().putAll(RemoteShell.locale());
        Process process = builder.start();
        OnShutdown killer = new OnShutdown(() -> interrupt(process));
        try {
          streams.pump(0, process, token.outputMarker());
          return await(process, line, launcher);
        } finally {
          // From here on an end is no interruption.
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
      // Another run removes them as well, or this system has no such files: nothing is lost.
    }
  }

  /** This process is being ended, by Ctrl-C or a signal; when this has returned, it is over. */
  private void interrupt(Process process) {
    interrupted = true;
    if (process.isAlive()) {
      process.destroy();
      streams.report("interrupted; the run has ended on all ranks");
      try {
        // One that has only begun dies of the signal without tidying up.
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
    while (!over && line.loss().isEmpty() && !streams.unwritten()) {
      over = process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
      Activity.follow(line.activity(0));
      if (found.size() < here) {
        process
            .descendants()
            .forEach(
                child ->
                    rankOf(child.pid())
                        .filter(rank -> found.putIfAbsent(rank, child) == null)
                        .ifPresent(rank -> line.started(rank, child.pid())));
      }
      // mpirun ends the others soon, and does not say which was first.
      found.forEach((rank, child) -> explain(rank, child, line, explained));
      if (IntStream.range(0, ranks).allMatch(line::hasCome)) {
        streams.arrived(0);
      }
    }
    if (!over) {
      over = process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    }
    if (!over) {
      // A rank that is stopped; mpirun itself gives it some seconds before it kills.
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
    if (code != 0) {
      // The first rank's end may have been mpirun's: the line tells which was first.
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

  /** The rank that a process on this host is to become, by what mpirun has told it. */
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
      // It has ended again, or this system has no such files.
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

  /** The exit code where no rank was lost. */
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
      // Teams have threads of their own to place: a rank must not be bound to one core.
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

  /** Always named: mpirun would take the nodes of a job around it, which do not reach this host. */
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
