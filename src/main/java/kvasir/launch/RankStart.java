package kvasir.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import kvasir.cluster.Communicator;
import kvasir.cluster.mpj.MpjCommunicator;
import kvasir.cluster.nativempi.NativeCommunicator;
import kvasir.cluster.nativempi.NativeRank;
import kvasir.error.ClusterFailure;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.RunEnd;
import kvasir.launch.heartbeat.RunToken;
import kvasir.launch.heartbeat.SelfHosted;
import kvasir.measure.Activity;

/**
 * Start of this process as a rank, if it is one. It joins its world when a command needs that, and
 * holds the side channel to the others until it ends. There is one for the process.
 */
public final class RankStart {
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(2);
  private static final Duration TOKEN_LIMIT = Duration.ofSeconds(30);
  private static final Duration BETTER_WORDS = Duration.ofSeconds(2);

  /** Rank, configuration and device, which mpjrun puts before a program's own words. */
  private static final int MPJ_WORDS = 3;

  private final String[] words;
  private final Jobs jobs;
  private final Console console;
  private final JavaCommand command;
  private final Ending ending;
  private volatile RunToken token;
  private volatile HeartbeatClient line;
  private volatile Communicator hosted;

  /** Ends the process with a line for the user. */
  @FunctionalInterface
  public interface Ending {
    void end(RunEnd end);
  }

  /**
   * @param words of the command line; under MPJ's launcher three of its own come first
   * @param ending ends the process when the run is over; does not return
   */
  public RankStart(String[] words, Jobs jobs, Console console, JavaCommand command, Ending ending) {
    this.words = words.clone();
    this.jobs = jobs;
    this.console = console;
    this.command = command;
    this.ending = ending;
  }

  /** The rank that this process was started as; -1 for the user's own. */
  public int rank() {
    if (LauncherVariables.isRank(System.getenv())) {
      return Integer.parseInt(System.getenv(RankLauncher.RANK));
    }
    return underMpjrun()
        ? Integer.parseInt(words[0])
        : startedNatively().map(NativeRank::rank).orElse(-1);
  }

  /**
   * The rank that a native launcher has started, if it has started several; a process alone in its
   * world is the user's own, and a launcher's variables stand in every shell below it.
   */
  private static Optional<NativeRank> startedNatively() {
    boolean byKvasir = System.getenv(HeartbeatClient.TOKEN) != null;
    return NativeRank.of(System.getenv()).filter(told -> byKvasir || !told.alone());
  }

  /** Returns the part of this process in a world; none is joined and no library loaded yet. */
  public ThisProcess open() {
    LauncherVariables.check(System.getenv());
    if (System.getenv(RankLauncher.RANK) != null) {
      connect(tokenFromLauncher());
      ParentWatch.start();
      return rank(() -> marked(joinLaunched()), true);
    }
    if (underMpjrun()) {
      watchDaemon();
      return rank(this::joinMpjrun, false);
    }
    return startedNatively()
        .map(this::openNative)
        .orElseGet(() -> ThisProcess.own(jobs, console, command));
  }

  private ThisProcess rank(Supplier<Communicator> world, boolean launched) {
    return ThisProcess.rank(jobs, console, command, world, launched, this::next);
  }

  private ThisProcess openNative(NativeRank started) {
    String secret = System.getenv(HeartbeatClient.TOKEN);
    if (secret == null) {
      return rank(() -> host(joinNative(started)), false);
    }
    connect(RunToken.of(secret));
    if (started.rank() == 0) {
      // mpirun passes its standard input to rank 0: its end is our launcher's.
      ParentWatch.start();
    }
    return rank(() -> marked(joinNative(started)), true);
  }

  /** Returns the arguments of the command, where this process reads a command line. */
  public String[] arguments() {
    return underMpjrun() ? Arrays.copyOfRange(words, MPJ_WORDS, words.length) : words.clone();
  }

  /**
   * Returns the order that this process was started for, in place of a command line: each rank of
   * Kvasir's own launcher receives it over its connection to the launcher.
   */
  public Optional<Order> order() {
    return token == null ? Order.given(words) : line.nextOrder().map(Order::decode);
  }

  /**
   * Tells that this rank has done its order, and waits for the next one.
   *
   * @param code exit code of the order
   * @return empty when no more follow
   */
  private Optional<Order> next(int code) {
    if (line == null) {
      return Optional.empty();
    }
    Activity.set("waiting for work");
    line.done(code);
    return line.nextOrder().map(Order::decode);
  }

  // All ranks have started: what logins and JVMs print on standard output is before the marker.
  private Communicator marked(Communicator world) {
    if (world.rank() == 0) {
      console.write(token.outputMarker().bytes());
    }
    return world;
  }

  /** MPJ's daemon is the parent of its ranks, and ends without them. */
  private void watchDaemon() {
    RunEnd end =
        new RunEnd(
            ExitCodes.CLUSTER_FAILURE,
            "rank " + rank() + ": MPJ's daemon on this host has ended; start it and the run again");
    ProcessHandle.current().parent().ifPresent(daemon -> awaitEnd(daemon, end));
  }

  private void awaitEnd(ProcessHandle daemon, RunEnd end) {
    Thread.ofPlatform()
        .name("daemon-watch")
        .daemon(true)
        .start(
            () -> {
              daemon.onExit().join();
              ending.end(end);
            });
  }

  private Communicator joinLaunched() {
    int ranks = Integer.parseInt(System.getenv(RankLauncher.RANKS));
    try (Introduction introduction = new Introduction(line, rank(), JOIN_LIMIT)) {
      return MpjCommunicator.init(
          line.localAddress(),
          rank(),
          introduction.configuration(ranks),
          JOIN_LIMIT,
          this::waitedTooLong);
    }
  }

  private Communicator joinMpjrun() {
    return host(MpjCommunicator.init(words, JOIN_LIMIT, this::waitedTooLong));
  }

  private Communicator joinNative(NativeRank started) {
    return NativeCommunicator.init(started, JOIN_LIMIT, this::waitedTooLong);
  }

  private Communicator host(Communicator world) {
    hosted = world;
    if (world.size() > 1) {
      line = SelfHosted.join(world, WorldSettings.SILENCE, ending::end);
    }
    return world;
  }

  private void connect(RunToken runToken) {
    token = runToken;
    String listener = System.getenv(HeartbeatClient.LISTENER);
    int colon = listener.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            listener.substring(0, colon), Integer.parseInt(listener.substring(colon + 1)));
    // The launcher tells the user; where it is lost, what this process writes goes nowhere.
    line = HeartbeatClient.join(address, token, rank(), end -> ending.end(end.untold()));
  }

  /** The launcher's first line; what follows on standard input is its end alone. */
  private static RunToken tokenFromLauncher() {
    try {
      return RunToken.of(
          CompletableFuture.supplyAsync(
                  RankStart::firstLine, task -> Thread.ofPlatform().daemon(true).start(task))
              .get(TOKEN_LIMIT.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(-1, -1, "interrupted while starting", e);
    } catch (ExecutionException | TimeoutException | IllegalArgumentException e) {
      throw new UserError(
          RankLauncher.RANK,
          "is set, but standard input does not begin with a run's token",
          "unset it; if Kvasir started this rank, the login of its host must not read standard"
              + " input",
          e);
    }
  }

  private static String firstLine() {
    try {
      // Not closed: ParentWatch reads on.
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII), 1);
      return Optional.ofNullable(in.readLine()).orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  private boolean underMpjrun() {
    return words.length >= MPJ_WORDS && words[0].matches("\\d{1,6}") && words[2].equals("niodev");
  }

  private void waitedTooLong(String what, Duration limit) {
    String reason =
        "rank "
            + rank()
            + " waited more than "
            + limit.toSeconds()
            + " s "
            + what
            + "; look for the reason on that rank, or raise --timeout";
    failed(ExitCodes.CLUSTER_FAILURE, reason);
    ending.end(new RunEnd(ExitCodes.CLUSTER_FAILURE, reason));
  }

  /**
   * After a message that failed: a moment for the line to say which rank was lost, which ends this
   * process with better words than its own.
   */
  public void awaitEnd() {
    if (line != null) {
      LockSupport.parkNanos(BETTER_WORDS.toNanos());
    }
  }

  /** Tells the other ranks why this one ends. */
  public void failed(int code, String reason) {
    if (line != null) {
      line.failed(new RunEnd(code, reason));
    }
  }

  /**
   * Returns whether rank 0 shows this rank's errors, of which it hears by its own side channel,
   * under a foreign launcher.
   */
  public boolean isShownByRankZero() {
    return hosted != null && line != null && rank() > 0;
  }

  /** Returns whether there is a world that this rank has to leave before it ends with an error. */
  public boolean hasToLeave() {
    return hosted != null;
  }

  /**
   * Leaves the world, which takes all ranks: somebody else's launcher counts a process that ends
   * without that as crashed, and may end the shell around it. For the thread that has joined.
   */
  public void leave() {
    try {
      hosted.close();
    } catch (ClusterFailure e) {
      // Others are gone: there is nothing left to be left.
    }
  }

  /** Tells them that it has done its work. */
  public void done() {
    if (line != null) {
      line.close();
    }
  }
}
