package kvasir.cluster.mpj;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import kvasir.cluster.HostRoute;
import kvasir.cluster.RankErrors;
import kvasir.cluster.RemoteShell;
import kvasir.error.ClusterFailure;

/**
 * Starts ranks as processes, introduces them, and stays until all have ended. Rank 0's standard
 * output is this process's; every rank's standard error comes here line by line. A rank that fails
 * ends the others; the death of this process ends all, since each watches its standard input.
 */
public final class RankLauncher {
  /** Names of the environment variables that tell a process which rank it is. */
  public static final String RANK = "KVASIR_RANK";

  public static final String RANKS = "KVASIR_RANKS";
  public static final String LOCAL_RANK = "KVASIR_LOCAL_RANK";
  public static final String LOCAL_RANKS = "KVASIR_LOCAL_RANKS";
  public static final String RENDEZVOUS = "KVASIR_RENDEZVOUS";

  private static final String MPJ_HOME = "MPJ_HOME";
  private static final int LOST = 3;
  private static final long POLL_MILLIS = 20;
  private static final long GRACE_MILLIS = 1_500;

  private final List<String> hosts;
  private final List<String> command;
  private final boolean slurm;
  private final Duration limit;
  private final RankErrors errors;

  /**
   * @param hosts of each rank, in the order of ranks
   * @param command of every rank: java, its options, the main class, arguments
   * @param slurm whether remote ranks are steps of the Slurm job rather than started by ssh
   * @param limit for all ranks to have started
   */
  public RankLauncher(
      List<String> hosts, List<String> command, boolean slurm, Duration limit, PrintStream err) {
    this.hosts = List.copyOf(hosts);
    this.command = List.copyOf(command);
    this.slurm = slurm;
    this.limit = limit;
    this.errors = new RankErrors(err);
  }

  /** Runs the world to its end; the first failing rank's exit code, or 0. */
  public int run() {
    List<Process> ranks = new CopyOnWriteArrayList<>();
    Thread killer = Thread.ofPlatform().unstarted(() -> kill(ranks));
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      InetAddress address = meetingPlace();
      try (Rendezvous rendezvous = new Rendezvous(address, hosts.size())) {
        startAll(ranks, address.getHostAddress() + ":" + rendezvous.port());
        Thread.ofPlatform().daemon(true).start(() -> introduce(rendezvous, ranks));
        return await(ranks);
      }
    } catch (IOException e) {
      throw new ClusterFailure(-1, -1, "cannot start the ranks: " + e.getMessage(), e);
    } finally {
      kill(ranks);
      errors.finish();
    }
  }

  /** The address at which other hosts reach this one; the loopback's where there are none. */
  private InetAddress meetingPlace() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    for (String host : hosts) {
      if (here.isLoopbackAddress() && !isLocal(host)) {
        here = HostRoute.towards(host);
      }
    }
    return here;
  }

  private void startAll(List<Process> ranks, String rendezvous) throws IOException {
    for (int rank = 0; rank < hosts.size(); rank++) {
      Map<String, String> identity = identity(rank, rendezvous);
      ProcessBuilder builder = new ProcessBuilder(commandFor(hosts.get(rank), identity));
      builder.environment().putAll(identity);
      builder.redirectOutput(
          rank == 0 ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      ranks.add(process);
      errors.pump(rank == 0 ? "" : "[rank " + rank + "] ", process.getErrorStream());
    }
  }

  private Map<String, String> identity(int rank, String rendezvous) {
    Map<String, String> identity = new TreeMap<>();
    identity.put(RANK, String.valueOf(rank));
    identity.put(RANKS, String.valueOf(hosts.size()));
    identity.put(LOCAL_RANK, String.valueOf(onHost(rank, hosts.get(rank))));
    identity.put(LOCAL_RANKS, String.valueOf(onHost(hosts.size(), hosts.get(rank))));
    identity.put(RENDEZVOUS, rendezvous);
    String home = System.getenv(MPJ_HOME);
    if (home != null) {
      identity.put(MPJ_HOME, home);
    }
    return identity;
  }

  /** How many of the first ranks a host has. */
  private long onHost(int first, String host) {
    return hosts.subList(0, first).stream().filter(host::equals).count();
  }

  /** The command itself on this machine, the same through ssh or srun on another. */
  List<String> commandFor(String host, Map<String, String> identity) {
    if (isLocal(host)) {
      return command;
    }
    if (slurm) {
      return step(host, identity);
    }
    // In the same folder, so that a relative --model is the same model.
    String folder = Path.of("").toAbsolutePath().toString();
    List<String> words = new ArrayList<>();
    identity.forEach((name, value) -> words.add(name + "=" + value));
    words.addAll(command);
    return RemoteShell.command(
        host,
        "cd " + RemoteShell.quoted(List.of(folder)) + " && exec env " + RemoteShell.quoted(words));
  }

  private List<String> step(String host, Map<String, String> identity) {
    List<String> words = new ArrayList<>(List.of("srun", "--overlap", "--nodes=1", "--ntasks=1"));
    words.addAll(List.of("--cpu-bind=none", "--nodelist=" + host, "env"));
    identity.forEach((name, value) -> words.add(name + "=" + value));
    words.addAll(command);
    return words;
  }

  private static boolean isLocal(String host) {
    return host.equals("localhost") || host.startsWith("127.");
  }

  private void introduce(Rendezvous rendezvous, List<Process> ranks) {
    try {
      rendezvous.introduce(limit);
    } catch (ClusterFailure e) {
      if (ranks.stream().allMatch(Process::isAlive)) {
        errors.report(e.getMessage() + "; see above for a rank's own reason");
        kill(ranks);
      }
    }
  }

  private int await(List<Process> ranks) {
    while (ranks.stream().anyMatch(Process::isAlive)) {
      for (int rank = 0; rank < ranks.size(); rank++) {
        if (!ranks.get(rank).isAlive() && ranks.get(rank).exitValue() != 0) {
          return failed(rank, ranks);
        }
      }
      pause(POLL_MILLIS);
    }
    for (int rank = 0; rank < ranks.size(); rank++) {
      if (ranks.get(rank).exitValue() != 0) {
        return failed(rank, ranks);
      }
    }
    return 0;
  }

  private int failed(int rank, List<Process> ranks) {
    // The others may be about to give their own reason.
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
    while (ranks.stream().anyMatch(Process::isAlive) && System.nanoTime() < end) {
      pause(POLL_MILLIS);
    }
    kill(ranks);
    int code = ranks.get(rank).exitValue();
    if (code <= 128) {
      return code;
    }
    errors.report(
        "rank "
            + rank
            + " on "
            + hosts.get(rank)
            + " was lost (signal "
            + (code - 128)
            + "); the run has ended, start it again");
    return LOST;
  }

  private static void kill(List<Process> ranks) {
    ranks.stream().filter(Process::isAlive).forEach(Process::destroyForcibly);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(-1, -1, "interrupted while ranks ran", e);
    }
  }
}
