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
import kvasir.measure.Activity;

/**
 * Start of this process as a rank, if it was started as one. It joins its world when a command
 * needs it, and owns the side channel until the process ends. A process has one instance.
 */
public final class RankStart {
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(2);
  private static final Duration TOKEN_LIMIT = Duration.ofSeconds(30);
  private static final Duration BETTER_WORDS = Duration.ofSeconds(2);

  /**
   * Number of words that mpjrun puts before the program's arguments: rank, configuration and
   * device.
   */
  private static final int MPJ_WORDS = 3;

  private final String[] words;
  private final Jobs jobs;
  private final Console console;
  private final Activity activity;
  private final JavaCommand command;
  private final Ending ending;
  private volatile RunToken token;
  private volatile HeartbeatClient line;
  private volatile Communicator hosted;

  /** Action that ends the process with a line for the user. */
  @FunctionalInterface
  public interface Ending {
    void end(RunEnd end);
  }

  /**
   * Creates the start of this process.
   *
   * @param words command line of the process; MPJ's launcher puts three words before the arguments
   * @param activity current activity of this process
   * @param ending ends the process when the run has ended; does not return
   */
  public RankStart(
      String[] words,
      Jobs jobs,
      Console console,
      Activity activity,
      JavaCommand command,
      Ending ending) {
    this.words = words.clone();
    this.jobs = jobs;
    this.console = console;
    this.activity = activity;
    this.command = command;
    this.ending = ending;
  }

  /** Returns the rank that this process was started as; -1 for the user's own process. */
  public int rank() {
    if (LauncherVariables.isRank(System.getenv())) {
      return Integer.parseInt(System.getenv(RankLauncher.RANK));
    }
    return underMpjrun()
        ? Integer.parseInt(words[0])
        : startedNatively().map(NativeRank::rank).orElse(-1);
  }

  /**
   * Returns the rank that a native launcher has started, if it has started several. A process that
   * is alone in its world counts as the user's own, since every shell below a launcher inherits its
   * variables.
   */
  private static Optional<NativeRank> startedNatively() {
    boolean byKvasir = System.getenv(HeartbeatClient.TOKEN) != null;
    return NativeRank.of(System.getenv()).filter(told -> byKvasir || !told.alone());
  }

  /**
   * Returns this process's part in a world. It does not join the world yet, and loads no MPI
   * library.
   *
   * @throws kvasir.error.UserError if variables of a launcher are set that no launcher has set for
   *     this process
   */
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
        .orElseGet(() -> ThisProcess.own(jobs, console, activity, command));
  }

  private ThisProcess rank(Supplier<Communicator> world, boolean launched) {
    return ThisProcess.rank(
        jobs,
        console,
        activity,
        command,
        world,
        this::next,
        launched ? line.input() : System.in,
        launched ? Optional.of(line::connect) : Optional.empty());
  }

  private ThisProcess openNative(NativeRank started) {
    String secret = System.getenv(HeartbeatClient.TOKEN);
    if (secret == null) {
      return rank(() -> host(joinNative(started)), false);
    }
    connect(RunToken.of(secret));
    if (started.rank() == 0) {
      // mpirun passes its standard input to rank 0: it ends when our launcher ends.
      ParentWatch.start();
    }
    return rank(() -> marked(joinNative(started)), true);
  }

  /** Returns the arguments of the command, for a process that reads a command line. */
  public String[] arguments() {
    return underMpjrun() ? Arrays.copyOfRange(words, MPJ_WORDS, words.length) : words.clone();
  }

  /**
   * Waits for the order that this process does in place of a command line. Each rank of Kvasir's
   * own launcher receives it over the side channel.
   *
   * @return empty if there is none, as in a process that reads a command line
   */
  public Optional<Order> order() {
    return token == null ? Order.given(words) : line.nextOrder().map(Order::decode);
  }

  /**
   * Tells the launcher that this rank has done its order, and waits for the next one.
   *
   * @param code exit code of the order
   * @return empty if no more orders follow
   */
  private Optional<Order> next(int code) {
    if (line == null) {
      return Optional.empty();
    }
    activity.set("waiting for work");
    line.done(code);
    return line.nextOrder().map(Order::decode);
  }

  // All ranks have started, so output of logins and JVMs is before the marker.
  private Communicator marked(Communicator world) {
    if (world.rank() == 0) {
      console.write(OutputMarker.of(token.text()).bytes());
    }
    return new RungCommunicator(world, line);
  }

  /** Ends this rank when its parent, MPJ's daemon, has ended. The daemon does not end its ranks. */
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
    if (world.size() == 1) {
      return world;
    }
    line = SelfHosted.join(world, WorldSettings.SILENCE, activity, ending::end);
    return new RungCommunicator(world, line);
  }

  private void connect(RunToken runToken) {
    token = runToken;
    String listener = System.getenv(HeartbeatClient.LISTENER);
    int colon = listener.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            listener.substring(0, colon), Integer.parseInt(listener.substring(colon + 1)));
    // The launcher tells the user. If the launcher is lost, nobody reads what this process writes.
    line = HeartbeatClient.join(address, token, rank(), activity, end -> ending.end(end.untold()));
  }

  /**
   * Reads the token, which is the first line from the launcher. Nothing else is sent on standard
   * input.
   */
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
      // Not closed: ParentWatch reads the same stream.
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
   * Waits two seconds after a message has failed. In that time the side channel usually reports
   * which rank was lost, and ends this process with a better message.
   */
  public void awaitEnd() {
    if (line != null) {
      LockSupport.parkNanos(BETTER_WORDS.toNanos());
    }
  }

  /**
   * Tells the other ranks that this rank ends the run.
   *
   * @param code exit code of the run
   * @param reason one line for the user
   */
  public void failed(int code, String reason) {
    if (line != null) {
      line.failed(new RunEnd(code, reason));
    }
  }

  /**
   * Returns whether rank 0 shows the errors of this rank, as it does under a foreign launcher. Rank
   * 0 receives them over the side channel.
   */
  public boolean isShownByRankZero() {
    return hosted != null && line != null && rank() > 0;
  }

  /** Returns whether this rank must call {@link #leave} before it ends with an error. */
  public boolean hasToLeave() {
    return hosted != null;
  }

  /**
   * Leaves the world together with all other ranks. A foreign launcher counts a process that ends
   * without leaving as crashed, and may end the surrounding shell. Call it in the thread that
   * joined the world.
   */
  public void leave() {
    try {
      hosted.close();
    } catch (ClusterFailure e) {
      // Other ranks have ended already, so there is no world to leave.
    }
  }

  /** Tells the listener that this rank has finished its work. */
  public void done() {
    if (line != null) {
      line.close();
    }
  }
}
