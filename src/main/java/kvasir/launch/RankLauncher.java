package kvasir.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import kvasir.error.ClusterFailure;
import kvasir.error.ExitCodes;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.HeartbeatServer;
import kvasir.launch.heartbeat.Loss;
import kvasir.launch.heartbeat.RunToken;
import kvasir.launch.heartbeat.WorldSpec;
import kvasir.measure.Activity;
import kvasir.process.BoundedProcess;
import kvasir.process.OnShutdown;

/**
 * Starts ranks as processes and waits until all have ended. Rank 0's standard output and every
 * rank's standard error are read here. If a rank fails, {@link HeartbeatServer} ends the others. If
 * this process dies, all ranks end, since each watches its standard input. The run's token is also
 * sent on standard input, because other users could read a command line or an environment on
 * another host.
 */
public final class RankLauncher {
  /** Environment variable with the number of the rank that a process is to become. */
  public static final String RANK = "KVASIR_RANK";

  /** Environment variable with the number of ranks in the world. */
  public static final String RANKS = "KVASIR_RANKS";

  /** Environment variable with the number of the rank among those on its host. */
  public static final String LOCAL_RANK = "KVASIR_LOCAL_RANK";

  /** Environment variable with the number of ranks on the rank's host. */
  public static final String LOCAL_RANKS = "KVASIR_LOCAL_RANKS";

  private static final String MPJ_HOME = "MPJ_HOME";
  private static final int SIGNALLED = 128;
  private static final int SIGNALS = 65;
  private static final long POLL_MILLIS = 20;
  private static final long GRACE_MILLIS = 1_500;

  private static final Duration KILL_LIMIT = Duration.ofMillis(GRACE_MILLIS);

  /**
   * Time limit for a process to end after it has done its work. The system may need long to free
   * its memory.
   */
  private static final Duration OVERDUE = Duration.ofMinutes(1);

  private final WorldSpec spec;
  private final boolean slurm;
  private final Map<String, String> identities;
  private final RankStreams streams;
  private final Activity activity;
  private final RunToken token = RunToken.random();
  private volatile boolean interrupted;

  /**
   * Creates a launcher; {@link #run} starts the ranks.
   *
   * @param spec ranks, their command and time limits
   * @param slurm whether ranks are started as steps of the Slurm job; otherwise remote ranks are
   *     started by ssh
   * @param streams takes the output of the ranks
   * @param activity activity of this process, which is set to that of rank 0
   */
  public RankLauncher(WorldSpec spec, boolean slurm, RankStreams streams, Activity activity) {
    this.spec = spec;
    this.slurm = slurm;
    this.identities = HostRoute.identities(spec.hosts());
    this.streams = streams;
    this.activity = activity;
  }

  /**
   * Starts the ranks and waits for their end.
   *
   * @param opened takes the side channel to the ranks, before they are started
   * @return exit code of the run, and the rank that was lost
   * @throws kvasir.error.UserError if this machine's limits do not allow so many processes, or the
   *     program is missing
   */
  public WorldEnd run(Consumer<HeartbeatServer> opened) {
    List<Process> ranks = new CopyOnWriteArrayList<>();
    RoomForRanks room = RoomForRanks.here();
    room.require(spec.hosts().size());
    OnShutdown killer = new OnShutdown(() -> interrupt(ranks));
    try {
      InetAddress address = HostRoute.meetingPlace(spec.hosts());
      try (HeartbeatServer line = new HeartbeatServer(address, token, spec)) {
        opened.accept(line);
        startAll(ranks, line, address.getHostAddress() + ":" + line.port());
        return await(ranks, line);
      }
    } catch (IOException e) {
      throw room.notStarted(spec.hosts().size(), program(ranks.size()), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      kill(ranks);
      streams.finish();
      // From here on, the end of this process is not an interruption.
      killer.close();
    }
  }

  /** Returns the program of the command that starts a rank. */
  private String program(int rank) {
    int last = spec.hosts().size() - 1;
    return commandFor(spec.hosts().get(Math.min(rank, last)), Map.of()).getFirst();
  }

  /** Ends the ranks, because this process is being ended by Ctrl-C or a signal. */
  private void interrupt(List<Process> ranks) {
    boolean running = ranks.stream().anyMatch(Process::isAlive);
    interrupted = true;
    kill(ranks);
    if (running) {
      streams.report("interrupted; the run has ended on all ranks");
    }
  }

  private void startAll(List<Process> ranks, HeartbeatServer line, String listener)
      throws IOException {
    for (int rank = 0; rank < spec.hosts().size(); rank++) {
      Map<String, String> identity = identity(rank, listener);
      ProcessBuilder builder = new ProcessBuilder(commandFor(spec.hosts().get(rank), identity));
      builder.environment().putAll(identity);
      Process process = builder.start();
      ranks.add(process);
      if (isHere(spec.hosts().get(rank))) {
        line.started(rank, process.pid());
      }
      streams.pump(rank, process, OutputMarker.of(token.text()));
      tell(process);
    }
  }

  // The stream stays open: it must end only when this process ends.
  @SuppressWarnings("resource")
  private void tell(Process process) {
    try {
      OutputStream in = process.getOutputStream();
      in.write((token.text() + "\n").getBytes(StandardCharsets.US_ASCII));
      in.flush();
    } catch (IOException e) {
      // The process has ended already, and its exit code gives the reason.
    }
  }

  private Map<String, String> identity(int rank, String listener) {
    Map<String, String> identity = new TreeMap<>();
    identity.put(RANK, String.valueOf(rank));
    identity.put(RANKS, String.valueOf(spec.hosts().size()));
    identity.put(LOCAL_RANK, String.valueOf(onHost(rank, spec.hosts().get(rank))));
    identity.put(LOCAL_RANKS, String.valueOf(onHost(spec.hosts().size(), spec.hosts().get(rank))));
    identity.put(HeartbeatClient.LISTENER, listener);
    identity.putAll(RemoteShell.locale());
    String home = System.getenv(MPJ_HOME);
    if (home != null) {
      identity.put(MPJ_HOME, home);
    }
    return identity;
  }

  /** Counts how many of the first ranks are on a host, by any of its names. */
  private long onHost(int first, String host) {
    String identity = identities.get(host);
    return spec.hosts().subList(0, first).stream()
        .filter(other -> identities.get(other).equals(identity))
        .count();
  }

  /**
   * Returns whether the ranks of a host are child processes of this one. In a Slurm job none is,
   * since ranks are job steps.
   */
  private boolean isHere(String host) {
    return !slurm && identities.getOrDefault(host, host).equals(HostRoute.LOCALHOST);
  }

  /**
   * Returns the command that starts a rank: the program itself on this machine; ssh or srun, which
   * run the same program, on another.
   */
  List<String> commandFor(String host, Map<String, String> identity) {
    if (isHere(host)) {
      return spec.command();
    }
    if (slurm) {
      List<String> words = new ArrayList<>(List.of("env"));
      identity.forEach((name, value) -> words.add(name + "=" + value));
      words.addAll(spec.command());
      return SlurmStep.command(host, words);
    }
    // Ranks run in the same folder, so that a relative --model means the same model.
    String folder = Path.of("").toAbsolutePath().toString();
    List<String> words = new ArrayList<>();
    identity.forEach((name, value) -> words.add(name + "=" + value));
    words.addAll(spec.command());
    return RemoteShell.command(
        host,
        "cd " + RemoteShell.quoted(List.of(folder)) + " && exec env " + RemoteShell.quoted(words),
        // These options notice a host that is cut off before its rank has connected to the side
        // channel.
        "-o",
        "ServerAliveInterval=1",
        "-o",
        "ServerAliveCountMax=" + spec.silence().toSeconds());
  }

  private WorldEnd await(List<Process> ranks, HeartbeatServer line) throws InterruptedException {
    RanksWatch watch = RanksWatch.of(line, ranks.stream());
    while (ranks.stream().anyMatch(Process::isAlive)) {
      activity.follow(line.activity(0));
      explain(ranks, line);
      if (line.loss().isPresent()) {
        return lost(line.loss().get(), ranks);
      }
      if (line.cancelled()) {
        return WorldEnd.of(ExitCodes.DONE);
      }
      if (streams.unwritten()) {
        kill(ranks);
      }
      watch.pause(!IntStream.range(0, ranks.size()).allMatch(line::hasCome));
    }
    // The last rank's message may still be on its way.
    explain(ranks, line);
    int code =
        ranks.stream().mapToInt(Process::exitValue).filter(c -> c != 0).findFirst().orElse(0);
    if (code != 0) {
      waitFor(() -> line.loss().isPresent());
    }
    return line.loss().map(loss -> lost(loss, ranks)).orElse(WorldEnd.of(code));
  }

  private void explain(List<Process> ranks, HeartbeatServer line) {
    for (int rank = 0; rank < ranks.size(); rank++) {
      Process process = ranks.get(rank);
      if (line.hasCome(rank)) {
        streams.arrived(rank);
      }
      if (!process.isAlive() && process.exitValue() != 0) {
        int code = process.exitValue();
        if (code > SIGNALLED && code < SIGNALLED + SIGNALS) {
          // The last line before a signal is not the reason, but a JVM that gives up may have
          // printed it.
          String how = "killed by signal " + (code - SIGNALLED);
          line.killed(rank, withReason(how, streams.sharedReason(rank)));
        } else {
          line.ended(rank, withReason("exit code " + code, streams.reason(rank)));
        }
      }
      if (process.isAlive() && line.leftFor(rank) > OVERDUE.toNanos()) {
        line.killed(rank, "its process has not ended " + OVERDUE.toSeconds() + " s after its work");
      }
    }
  }

  private static String withReason(String how, String reason) {
    return reason.isEmpty() ? how : how + ": " + reason;
  }

  private WorldEnd lost(Loss loss, List<Process> ranks) {
    // The other ranks have been told of the loss and may have to clean up.
    waitFor(
        () ->
            IntStream.range(0, ranks.size())
                .allMatch(rank -> rank == loss.rank() || !ranks.get(rank).isAlive()));
    kill(ranks);
    streams.arrived(loss.rank());
    if (!interrupted) {
      streams.report(loss.end().reason());
    }
    if (loss.silent() && loss.processId() > 0 && !isHere(spec.hosts().get(loss.rank()))) {
      killRemote(spec.hosts().get(loss.rank()), loss.processId());
    }
    return interrupted
        ? WorldEnd.of(loss.end().code())
        : new WorldEnd(loss.end().code(), OptionalInt.of(loss.rank()));
  }

  /**
   * Kills a process on another host. A process that is stopped cannot notice that its launcher has
   * ended.
   */
  private static void killRemote(String host, long process) {
    List<String> words =
        RemoteShell.command(host, "kill -KILL " + process, "-o", "ConnectTimeout=2");
    try {
      BoundedProcess.text(new ProcessBuilder(words), KILL_LIMIT, 0);
    } catch (IOException e) {
      // The host is cut off: its ranks receive no beats and end by themselves.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void waitFor(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      pause(POLL_MILLIS);
    }
  }

  private static void kill(List<Process> ranks) {
    ranks.stream().filter(Process::isAlive).forEach(Process::destroyForcibly);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static ClusterFailure interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new ClusterFailure(-1, -1, "interrupted while ranks ran", e);
  }
}
