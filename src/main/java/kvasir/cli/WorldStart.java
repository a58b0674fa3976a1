package kvasir.cli;

import java.io.File;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.mpj.HostFile;
import kvasir.cluster.mpj.MpjCommunicator;
import kvasir.cluster.mpj.RankLauncher;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;

/**
 * What this process is: a rank that a launcher started, or the user's own, which runs alone or
 * starts the ranks as processes of their own.
 */
final class WorldStart {
  private final String[] arguments;
  private final MpjCommunicator joined;

  private WorldStart(String[] arguments, MpjCommunicator joined) {
    this.arguments = arguments;
    this.joined = joined;
  }

  /** The user's own process. */
  static WorldStart own(String[] arguments) {
    return new WorldStart(arguments, null);
  }

  /** A rank of a world that it has joined. */
  static WorldStart rank(MpjCommunicator world, String[] arguments) {
    return new WorldStart(arguments, world);
  }

  String[] arguments() {
    return arguments;
  }

  int run(CommonOptions options, RankBody body) {
    if (joined != null) {
      return runRank(options, body);
    }
    if (options.vectorBits != null && options.vectorBits != VectorKernels.bits()) {
      return withVectors(options.vectorBits);
    }
    int ranks = options.rankCount();
    if (ranks > 1) {
      return launch(options, ranks);
    }
    return body.run(options.settings(1), new SoloCommunicator());
  }

  /** Species are chosen when the JVM starts: another width takes another JVM. */
  private int withVectors(int bits) {
    String flag = "-XX:MaxVectorSize=" + bits / Byte.SIZE;
    List<String> command = command(arguments);
    if (command.contains(flag)) {
      throw new UserError(
          "--vector-bits",
          "this machine has vectors of " + VectorKernels.bits() + " bits",
          "ask for at most that");
    }
    command.add(1, flag);
    return ChildProcess.run(new ProcessBuilder(command).inheritIO()).code();
  }

  private int runRank(CommonOptions options, RankBody body) {
    if (options.ranks != null && options.ranks != joined.size()) {
      throw new UserError(
          "--ranks", options.ranks + " asked, " + joined.size() + " started", "leave it out");
    }
    if (joined.size() > options.shards) {
      throw new UserError(
          "--shards", joined.size() + " ranks for " + options.shards + " shards", "raise it");
    }
    joined.limit(options.timeout());
    try (Communicator world = joined) {
      return body.run(options.settings(world.size()), world);
    }
  }

  // The ranks run the same program on the same arguments.
  private int launch(CommonOptions options, int ranks) {
    List<String> hosts =
        options.hosts == null
            ? Collections.nCopies(ranks, "localhost")
            : HostFile.read(options.hosts).place(ranks);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    return new RankLauncher(hosts, command(arguments), options.timeout(), err).run();
  }

  /** Whether this process is one of several ranks that somebody else started. */
  boolean joined() {
    return joined != null;
  }

  /** The command line of a process like this one, with these arguments. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> !a.startsWith("-javaagent") && !a.startsWith("-agentlib"))
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
