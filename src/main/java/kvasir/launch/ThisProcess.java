package kvasir.launch;

import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import kvasir.cluster.Communicator;
import kvasir.cluster.FromRoot;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.cluster.nativempi.NativeCommunicator;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.measure.Activity;
import kvasir.team.Binding;

/**
 * Part of this process in a world of ranks. Either the process is a rank that a launcher has
 * started, which joins its world when a command needs it. Or it is the user's own process, which
 * does the work alone or starts ranks as further processes. Not thread-safe, except for {@link
 * #inChild}.
 */
public final class ThisProcess {
  private final Jobs jobs;
  private final Console console;
  private final Activity activity;
  private final JavaCommand command;
  private final Supplier<Communicator> world;
  private final boolean launched;
  private final IntFunction<Optional<Order>> next;
  private final InputStream input;
  private final Optional<Supplier<Socket>> launcher;
  private Communicator joined;

  private ThisProcess(
      Jobs jobs,
      Console console,
      Activity activity,
      JavaCommand command,
      Supplier<Communicator> world,
      boolean launched,
      IntFunction<Optional<Order>> next,
      InputStream input,
      Optional<Supplier<Socket>> launcher) {
    this.jobs = jobs;
    this.console = console;
    this.activity = activity;
    this.command = command;
    this.world = world;
    this.launched = launched;
    this.next = next;
    this.input = input;
    this.launcher = launcher;
  }

  /** Returns the part of the user's own process. */
  public static ThisProcess own(
      Jobs jobs, Console console, Activity activity, JavaCommand command) {
    return new ThisProcess(
        jobs,
        console,
        activity,
        command,
        null,
        false,
        code -> Optional.empty(),
        System.in,
        Optional.empty());
  }

  /**
   * Returns the part of a rank.
   *
   * @param world joins the world; called once at most
   * @param next takes the exit code of an order that is done, and waits for the next order
   * @param input standard input of the user's command
   * @param launcher connects this rank with the process of Kvasir's own launcher; empty if another
   *     launcher has started the rank
   */
  static ThisProcess rank(
      Jobs jobs,
      Console console,
      Activity activity,
      JavaCommand command,
      Supplier<Communicator> world,
      IntFunction<Optional<Order>> next,
      InputStream input,
      Optional<Supplier<Socket>> launcher) {
    return new ThisProcess(
        jobs, console, activity, command, world, launcher.isPresent(), next, input, launcher);
  }

  /**
   * Joins the world if this process is a rank that has not joined yet. From then on all ranks are
   * told of an error, so commands for ranks check their options after this call.
   */
  public void join() {
    if (world != null && joined == null) {
      joined = world.get();
    }
  }

  /** Returns the current activity of this process, which its status line or heartbeat shows. */
  public Activity activity() {
    return activity;
  }

  /** Returns whether this process is a rank that a launcher has started. */
  public boolean isRank() {
    return world != null;
  }

  /** Returns whether Kvasir's own launcher has started this rank and sends its orders. */
  public boolean isLaunched() {
    return launched;
  }

  /**
   * Returns whether Kvasir itself starts the ranks of these settings, and can start them again
   * after a loss.
   */
  public boolean canRelaunch(WorldSettings settings) {
    return isRank()
        ? launched
        : settings.startsRanks() && settings.transport() != Transport.INPROCESS;
  }

  /**
   * Does an order in this process, on ranks that are started for it, or in the world that this
   * process belongs to.
   *
   * @param text reads the text of the work, once and in one process; empty if the work reads none
   * @return exit code of the command
   */
  public int run(Order order, Optional<Supplier<String>> text) {
    join();
    if (isRank()) {
      return runAsRank(order, text);
    }
    return run(text.map(read -> order.withText(read.get())).orElse(order));
  }

  /**
   * Does an order that contains its text, or needs none.
   *
   * @return exit code of the command
   */
  public int run(Order order) {
    join();
    if (isRank()) {
      return runAsRank(order, Optional.empty());
    }
    WorldSettings settings = order.world();
    if (settings.vectorBits() != null && settings.vectorBits() != jobs.vectorBits()) {
      return withVectors(order);
    }
    return settings.startsRanks()
        ? launch(order)
        : work(order, new SoloCommunicator(), LocalRank.ALONE);
  }

  /** Does the order in another JVM, since the width of vectors is fixed when a JVM starts. */
  private int withVectors(Order order) {
    String flag = "-XX:MaxVectorSize=" + order.world().vectorBits() / Byte.SIZE;
    List<String> words = command.of(Order.ON_STANDARD_INPUT);
    if (words.contains(flag)) {
      throw new UserError(
          "--vector-bits",
          "this machine has vectors of " + jobs.vectorBits() + " bits",
          "ask for at most that");
    }
    words.add(1, flag);
    if (console.leaveTerminal()) {
      words.add(1, "-D" + Console.TERMINAL + "=true");
    }
    ProcessBuilder child =
        new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.INHERIT);
    return ChildProcess.run(child, order, Optional.of(input).filter(in -> readsInput(order)))
        .code();
  }

  private boolean readsInput(Order order) {
    try (RankJob job = jobs.open(order)) {
      return job.readsInput();
    }
  }

  /** Does the first order and all that follow; waits without work between them. */
  private int runAsRank(Order first, Optional<Supplier<String>> text) {
    if (!launched) {
      checkJoined(first.world());
    }
    int code = together(first, text);
    Optional<Order> more = next.apply(code);
    while (more.isPresent()) {
      code = Math.max(code, together(more.get(), Optional.empty()));
      more = next.apply(code);
    }
    activity.set("leaving");
    // Only after success: after a failure the other ranks are still at work and do not leave.
    joined.close();
    return code;
  }

  /** Does one order together with the other ranks of this process's world. */
  private int together(Order order, Optional<Supplier<String>> text) {
    joined.limit(order.world().timeout());
    try (RankJob job = jobs.open(order)) {
      job.agree(joined);
      return work(job, text.map(read -> onRoot(order, read)).orElse(order), joined, place());
    }
  }

  private void checkJoined(WorldSettings settings) {
    if (settings.ranks() != null && settings.ranks() != joined.size()) {
      throw new UserError(
          "--ranks", settings.ranks() + " asked, " + joined.size() + " started", "leave it out");
    }
    if (settings.hostsNamed()) {
      throw new UserError(
          "--hosts", "this run's ranks are started on their hosts already", "leave it out");
    }
  }

  /** Reads the text on rank 0, and tells the other ranks whether that succeeded. */
  private Order onRoot(Order order, Supplier<String> text) {
    String[] read = new String[1];
    FromRoot.shareBytes(
        joined,
        () -> {
          read[0] = text.get();
          return new byte[0];
        });
    return order.withText(read[0]);
  }

  private LocalRank place() {
    Map<String, String> environment = System.getenv();
    boolean placed = launched && environment.containsKey(RankLauncher.RANK);
    return placed ? LocalRank.ofLauncher(environment) : LocalRank.among(joined);
  }

  private int work(Order order, Communicator ranks, LocalRank place) {
    try (RankJob job = jobs.open(order)) {
      return work(job, order, ranks, place);
    }
  }

  private int work(RankJob job, Order order, Communicator ranks, LocalRank place) {
    WorldSettings settings = order.world();
    Binding binding = place.bind(settings);
    if (settings.bind() != BindTo.NONE) {
      console.note("kvasir: rank " + ranks.rank() + " runs on processors " + LocalRank.achieved());
    }
    String transport = ranks.size() == 1 ? "none" : transport(settings);
    return job.run(
        order.text(),
        new RankContext(
            ranks, place.ranks(), binding, transport, activityOf(ranks), inputOf(ranks), launcher));
  }

  /**
   * Returns the activity of a rank: that of this process, or a new one that nobody reads if several
   * ranks are threads of this process and the rank is not rank 0.
   */
  private Activity activityOf(Communicator ranks) {
    return isRank() || ranks.rank() == 0 ? activity : new Activity();
  }

  private InputStream inputOf(Communicator ranks) {
    return ranks.rank() == 0 ? input : InputStream.nullInputStream();
  }

  private String transport(WorldSettings settings) {
    boolean other = joined instanceof NativeCommunicator;
    Transport used = other ? Transport.NATIVE : settings.transport();
    return used.name().toLowerCase(Locale.ROOT);
  }

  private int launch(Order order) {
    WorldSettings settings = order.world();
    if (settings.transport() == Transport.INPROCESS) {
      return LocalWorld.run(
              settings.ranks(),
              settings.timeout(),
              ranks -> work(order, ranks, new LocalRank(ranks.rank(), ranks.size())))
          .stream()
          .max(Integer::compare)
          .orElse(ExitCodes.DONE);
    }
    WorldLaunch launch = new WorldLaunch(settings, command, console, activity);
    try (RankJob job = jobs.open(order)) {
      return job.hasLead() ? job.lead(launch.led(order)) : launch.run(order);
    }
  }

  /** Starts a world that does several orders, until it is closed. The caller owns it. */
  public World open(WorldSettings settings) {
    return settings.transport() == Transport.INPROCESS
        ? new ThreadWorld(settings, this::work)
        : new ProcessWorld(settings, command, console, activity);
  }

  /** Does an order in another process of this program and keeps the output of that process. */
  public ChildProcess inChild(Order order) {
    return ChildProcess.run(
        new ProcessBuilder(command.of(Order.ON_STANDARD_INPUT)), order, Optional.empty());
  }
}
