package kvasir.cluster.mpj;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
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
  public static final String RENDEZVOUS = "KVASIR_RENDEZVOUS";

  private static final String ERROR_LINE = "kvasir: error: ";
  private static final int LOST = 3;
  private static final long POLL_MILLIS = 20;
  private static final long GRACE_MILLIS = 1_500;

  private final List<String> hosts;
  private final List<String> command;
  private final Duration limit;
  private final PrintStream err;
  private final Set<String> errorsSeen = ConcurrentHashMap.newKeySet();
  private final List<Thread> pumps = new ArrayList<>();

  /**
   * @param hosts of each rank, in the order of ranks
   * @param command of every rank: java, its options, the main class, arguments
   * @param limit for all ranks to have started
   */
  public RankLauncher(List<String> hosts, List<String> command, Duration limit, PrintStream err) {
    this.hosts = List.copyOf(hosts);
    this.command = List.copyOf(command);
    this.limit = limit;
    this.err = err;
  }

  /** Runs the world to its end; the first failing rank's exit code, or 0. */
  public int run() {
    boolean local = hosts.stream().allMatch(RankLauncher::isLocal);
    List<Process> ranks = new CopyOnWriteArrayList<>();
    Thread killer = Thread.ofPlatform().unstarted(() -> kill(ranks));
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      InetAddress address = local ? InetAddress.getLoopbackAddress() : InetAddress.getLocalHost();
      try (Rendezvous rendezvous = new Rendezvous(address, hosts.size())) {
        startAll(ranks, address.getHostAddress() + ":" + rendezvous.port());
        Thread.ofPlatform().daemon(true).start(() -> introduce(rendezvous, ranks));
        return await(ranks);
      }
    } catch (IOException e) {
      throw new ClusterFailure(-1, -1, "cannot start the ranks: " + e.getMessage(), e);
    } finally {
      kill(ranks);
      join(pumps);
    }
  }

  private void startAll(List<Process> ranks, String rendezvous) throws IOException {
    for (int rank = 0; rank < hosts.size(); rank++) {
      Map<String, String> identity =
          Map.of(
              RANK, String.valueOf(rank),
              RANKS, String.valueOf(hosts.size()),
              RENDEZVOUS, rendezvous);
      ProcessBuilder builder = new ProcessBuilder(commandFor(hosts.get(rank), identity));
      builder.environment().putAll(identity);
      builder.redirectOutput(
          rank == 0 ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      ranks.add(process);
      int own = rank;
      pumps.add(Thread.ofPlatform().daemon(true).start(() -> pump(own, process)));
    }
  }

  /** The command itself on this machine, the same through ssh on another. */
  List<String> commandFor(String host, Map<String, String> identity) {
    if (isLocal(host)) {
      return command;
    }
    StringBuilder remote = new StringBuilder("exec env");
    identity.forEach((name, value) -> remote.append(' ').append(quote(name + "=" + value)));
    command.forEach(word -> remote.append(' ').append(quote(word)));
    return List.of("ssh", "-o", "BatchMode=yes", "--", host, remote.toString());
  }

  private static String quote(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  private static boolean isLocal(String host) {
    return host.equals("localhost") || host.startsWith("127.");
  }

  private void introduce(Rendezvous rendezvous, List<Process> ranks) {
    try {
      rendezvous.introduce(limit);
    } catch (ClusterFailure e) {
      if (ranks.stream().allMatch(Process::isAlive)) {
        report(ERROR_LINE + e.getMessage() + "; see above for a rank's own reason");
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
    report(
        ERROR_LINE
            + "rank "
            + rank
            + " on "
            + hosts.get(rank)
            + " was lost (signal "
            + (code - 128)
            + "); the run has ended, start it again");
    return LOST;
  }

  private void pump(int rank, Process process) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(ERROR_LINE)) {
          report(line);
        } else if (!line.startsWith("WARNING: Using incubator modules")) {
          err.println(rank == 0 ? line : "[rank " + rank + "] " + line);
        }
      }
    } catch (IOException e) {
      // The rank is gone: its exit code says more than its last words.
    }
  }

  /** Ranks that fail for one reason all say so; the user reads it once. */
  private void report(String line) {
    if (errorsSeen.add(line)) {
      err.println(line);
    }
  }

  private static void kill(List<Process> ranks) {
    ranks.stream().filter(Process::isAlive).forEach(Process::destroyForcibly);
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join(GRACE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
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
