package kvasir.cli;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.cluster.nativempi.NativeCommunicator;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.lab.bench.Limits;
import kvasir.launch.HostRoute;
import kvasir.launch.RankLauncher;
import kvasir.measure.Activity;
import kvasir.team.Binding;

/**
 * What this process is: a rank that a launcher started, which joins its world when a command needs
 * that, or the user's own, which runs alone or starts the ranks as processes of their own.
 */
final class WorldStart {
  private final Handover handover;
  private final Supplier<Communicator> world;
  private final boolean launched;
  private Communicator joined;

  private WorldStart(Handover handover, Supplier<Communicator> world, boolean launched) {
    this.handover = handover;
    this.world = world;
    this.launched = launched;
  }

  /** The user's own process. */
  static WorldStart own(Handover handover) {
    return new WorldStart(handover, null, false);
  }

  /**
   * A rank of a world that somebody else has started.
   *
   * @param world joins it; asked once
   */
  static WorldStart rank(String[] arguments, Supplier<Communicator> world) {
    return new WorldStart(new Handover(List.of(arguments), null), world, false);
  }

  /**
   * A rank that Kvasir's own launcher has started, of as many as that could.
   *
   * @param world joins its world; asked once
   */
  static WorldStart launched(Handover handover, Supplier<Communicator> world) {
    return new WorldStart(handover, world, true);
  }

  /**
   * Joins the world that this process is a rank of, if it is one. From then on all ranks hear of an
   * error, so a command of ranks checks its options behind it.
   */
  void join() {
    if (world != null && joined == null) {
      joined = world.get();
    }
  }

  String[] arguments() {
    return handover.arguments().toArray(String[]::new);
  }

  /** Reads a text that the user names; every rank of the world calls it. */
  String read(UserText source, Communicator world) {
    return handover.text() == null ? source.read(world) : handover.text();
  }

  /** Reads a text that the user names, on one rank alone. */
  String read(UserText source) {
    return handover.text() == null ? source.read() : handover.text();
  }

  /** What another process needs to do this one's command. */
  private Handover handoverFor(RankBody body) {
    return new Handover(handover.arguments(), body.text().map(this::read).orElse(null));
  }

  int run(CommonOptions options, RankBody body) {
    join();
    if (isRank()) {
      return runRank(options, body);
    }
    if (options.vectorBits != null && options.vectorBits != VectorKernels.bits()) {
      return withVectors(options.vectorBits, body);
    }
    return startsRanks(options)
        ? launch(options, body, options.rankCount())
        : onRank(options, body, new SoloCommunicator(), LocalRank.ALONE);
  }

  /** Whether the ranks are others than this process, which is enough for one on this host. */
  private static boolean startsRanks(CommonOptions options) {
    return options.rankCount() > 1
        || options
            .hostFile()
            .filter(file -> !HostRoute.isLocal(file.place(1).getFirst()))
            .isPresent();
  }

  /** Species are chosen when the JVM starts: another width takes another JVM. */
  private int withVectors(int bits, RankBody body) {
    String flag = "-XX:MaxVectorSize=" + bits / Byte.SIZE;
    List<String> command = command(Handover.ON_STANDARD_INPUT);
    if (command.contains(flag)) {
      throw new UserError(
          "--vector-bits",
          "this machine has vectors of " + VectorKernels.bits() + " bits",
          "ask for at most that");
    }
    command.add(1, flag);
    if (StatusLine.HERE.isActive()) {
      // The other process has the terminal now.
      StatusLine.HERE.end();
      command.add(1, "-D" + StatusLine.TERMINAL + "=true");
    }
    ProcessBuilder child =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.INHERIT);
    return ChildProcess.run(child, handoverFor(body).encode() + "\n").code();
  }

  private int runRank(CommonOptions options, RankBody body) {
    if (!launched && options.ranks != null && options.ranks != joined.size()) {
      throw new UserError(
          "--ranks", options.ranks + " asked, " + joined.size() + " started", "leave it out");
    }
    if (!launched && options.hosts != null) {
      throw new UserError(
          "--hosts", "this run's ranks are started on their hosts already", "leave it out");
    }
    if (joined.size() > options.shards) {
      throw new UserError(
          "--shards", joined.size() + " ranks for " + options.shards + " shards", "raise it");
    }
    joined.limit(options.timeout());
    RankAgreement.check(arguments(), options.model, joined);
    int code = onRank(options, body, joined, place());
    Activity.set("leaving");
    // Not where it has failed: ranks leave together, and the others are still at work.
    joined.close();
    return code;
  }

  private LocalRank place() {
    Map<String, String> environment = System.getenv();
    boolean placed = launched && environment.containsKey(RankLauncher.RANK);
    return placed ? LocalRank.ofLauncher(environment) : LocalRank.among(joined);
  }

  private static int onRank(
      CommonOptions options, RankBody body, Communicator world, LocalRank place) {
    Binding binding = place.bind(options);
    if (options.bind != BindTo.NONE) {
      new Output()
          .note("kvasir: rank %d runs on processors %s", world.rank(), LocalRank.achieved());
    }
    if (world.rank() == 0) {
      ModelNotes.print(options.model, new Output());
    }
    List<Integer> weights =
        options.measuresShares()
            ? Limits.readShares(options.threadsOf(place.ranks(), binding), world)
            : options.weights();
    return body.run(options.settings(world.size(), place.ranks(), weights, binding), world);
  }

  // The ranks run the same program on the same arguments.
  private int launch(CommonOptions options, RankBody body, int ranks) {
    if (options.transport == Transport.INPROCESS) {
      return LocalWorld.run(
              ranks,
              options.timeout(),
              world -> onRank(options, body, world, new LocalRank(world.rank(), world.size())))
          .stream()
          .max(Integer::compare)
          .orElseThrow();
    }
    return new WorldLaunch(options, handoverFor(body), body.rebuilds()).run(ranks);
  }

  /** What carries the messages of this world, by name. */
  String transport(CommonOptions options) {
    boolean other = joined instanceof NativeCommunicator;
    Transport used = other ? Transport.NATIVE : options.transport;
    return used.name().toLowerCase(Locale.ROOT);
  }

  /** Whether this process is a rank that somebody has started. */
  boolean isRank() {
    return world != null;
  }

  /** Whether Kvasir itself starts this world's ranks, and could do so again. */
  boolean canRelaunch(CommonOptions options) {
    return !isRank() ? startsRanks(options) && options.transport != Transport.INPROCESS : launched;
  }

  /** The command line of a process like this one, with these arguments. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> !a.startsWith("-javaagent") && !a.startsWith("-agentlib"))
        .filter(a -> !a.startsWith("-D" + StatusLine.TERMINAL))
        .forEach(command::add);
    command.add("-cp");
    command.add(absolute(System.getProperty("java.class.path")));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  private static String absolute(String classPath) {
    StringBuilder out = new StringBuilder();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      out.append(out.isEmpty() ? "" : File.pathSeparator).append(Path.of(entry).toAbsolutePath());
    }
    return out.toString();
  }
}
