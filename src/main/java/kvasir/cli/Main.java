package kvasir.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import kvasir.cli.job.JobTable;
import kvasir.cli.option.ArgumentBytes;
import kvasir.cli.option.PathConverter;
import kvasir.cli.option.UsageError;
import kvasir.cli.terminal.ClosedOutput;
import kvasir.cli.terminal.Output;
import kvasir.cli.terminal.StatusLine;
import kvasir.error.ClusterFailure;
import kvasir.error.ExitCodes;
import kvasir.error.UserError;
import kvasir.launch.JavaCommand;
import kvasir.launch.MpjrunLines;
import kvasir.launch.Order;
import kvasir.launch.ParentWatch;
import kvasir.launch.RankStart;
import kvasir.launch.StandardError;
import kvasir.launch.StatusFile;
import kvasir.launch.ThisProcess;
import kvasir.launch.heartbeat.RunEnd;
import kvasir.measure.Activity;
import kvasir.process.SystemShortage;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.impl.Log4jProvider;
import picocli.CommandLine;

/**
 * Main class of all processes: the user's command, and ranks under Kvasir's launcher, MPJ's mpjrun,
 * mpirun or srun.
 */
public final class Main {
  /** Time limit for ranks that end with an error to leave their world together. */
  private static final Duration LEAVING = Duration.ofSeconds(2);

  private final Activity activity;
  private final StatusLine status;
  private final Output output;
  private final JobTable jobs;
  private final RankStart rankStart;
  private final Set<String> said = ConcurrentHashMap.newKeySet();
  private volatile boolean debug;
  private boolean startedRank;

  private Main(String[] arguments, Activity activity, StatusLine status, Output output) {
    this.activity = activity;
    this.status = status;
    this.output = output;
    this.jobs = new JobTable(output);
    this.rankStart =
        new RankStart(arguments, jobs, output, activity, new JavaCommand(Main.class), this::end);
  }

  public static void main(String[] args) {
    StandardError.install();
    Activity activity = new Activity();
    StatusLine status = StatusLine.of(activity);
    new Main(MpjrunLines.received(args), activity, status, new Output(status)).run();
  }

  /**
   * Runs a command line and returns its exit code, without ending this process.
   *
   * @param out takes what a process would write to standard output; not closed
   * @param err takes what a process would write to standard error; not closed
   */
  static int run(OutputStream out, OutputStream err, String... arguments) {
    Activity activity = new Activity();
    StatusLine status = StatusLine.of(activity);
    Main main = new Main(arguments, activity, status, new Output(status, out, err));
    return main.guarded(main::execute);
  }

  private void run() {
    // Other ranks must not wait for this one if a thread of a library ends it.
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> halt(report(e)));
    int code = guarded(this::execute);
    if (code != ExitCodes.DONE && rankStart.rank() >= 0) {
      leave(code);
      // halt() and not exit(): MPJ's threads would keep a failed rank alive.
      halt(code);
    }
    rankStart.done();
    recordStatus(code);
    status.end();
    System.exit(code);
  }

  /** Leaves the world that a foreign launcher has started, unless ranks of it are lost. */
  private void leave(int code) {
    if (code == ExitCodes.CLUSTER_FAILURE || !rankStart.hasToLeave()) {
      return;
    }
    Thread.ofPlatform().name("leaving").daemon(true).start(() -> haltLater(code));
    rankStart.leave();
  }

  private void haltLater(int code) {
    LockSupport.parkNanos(LEAVING.toNanos());
    halt(code);
  }

  /**
   * Ends this process because another rank has ended the run. The reason may arrive in two ways,
   * and is printed once.
   */
  private synchronized void end(RunEnd end) {
    if (end.code() != ExitCodes.CLOSED_OUTPUT && !end.reason().isEmpty()) {
      error(end.reason());
    }
    if (end.code() != ExitCodes.CLUSTER_FAILURE && rankStart.hasToLeave()) {
      // The main thread may have failed with the same error, and then leaves with the other ranks.
      haltLater(end.code());
    }
    halt(end.code());
  }

  private void halt(int code) {
    rankStart.done();
    recordStatus(code);
    Runtime.getRuntime().halt(code);
  }

  private int execute() {
    SystemShortage.prepare();
    ArgumentBytes.requireReadable();
    JvmCheck.requireVectors();
    ThisProcess process = rankStart.open();
    startedRank = process.isRank();
    if (!startedRank) {
      if (System.getenv(ParentWatch.WATCHED) != null) {
        ParentWatch.start();
      }
      status.start();
    }
    Optional<Order> order = rankStart.order();
    if (order.isPresent()) {
      debug(order.get().world().debug());
      return process.run(order.get());
    }
    // A world may be closed before it was given any order.
    return process.isLaunched() ? ExitCodes.DONE : parseAndRun(process);
  }

  private int parseAndRun(ThisProcess process) {
    StringWriter help = new StringWriter();
    CommandLine commands =
        parser(output, process, rankStart.arguments())
            .setOut(new PrintWriter(help))
            .setExecutionStrategy(this::execute)
            .setExecutionExceptionHandler((e, line, parsed) -> report(e))
            .setParameterExceptionHandler((e, line) -> misused(e));
    int code = commands.execute(rankStart.arguments());
    output.print(help.toString());
    return code;
  }

  /**
   * Returns the parser of command lines. It takes arguments literally: no argument is a file of
   * arguments or an end of options.
   */
  static CommandLine parser(Output output, ThisProcess process, String... arguments) {
    return KvasirCommand.commandLine(output, process, arguments)
        .registerConverter(Path.class, new PathConverter())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false)
        // No argument can be equal to this delimiter, so -- is an ordinary value.
        .setEndOfOptionsDelimiter("\0")
        // The word after an option that takes a value is always its value, even if it looks like
        // an option.
        .setAllowOptionsAsOptionParameters(true)
        .setAllowSubcommandsAsOptionParameters(true);
  }

  /** Runs the parsed command. If it needs only one process, ranks other than 0 do nothing. */
  private int execute(CommandLine.ParseResult parsed) {
    debug(parsed.asCommandLineList().stream().anyMatch(Main::asksForDebug));
    CommandLine.ParseResult last = last(parsed);
    boolean answersAtOnce = last.isUsageHelpRequested() || last.isVersionHelpRequested();
    if (!startedRank && !answersAtOnce) {
      JvmCheck.slowBecause()
          .ifPresent(why -> output.note("kvasir: kernels will be 10 to 100 times slower: " + why));
    }
    boolean takesOneProcess =
        answersAtOnce || !(last.commandSpec().userObject() instanceof OnRanks);
    return rankStart.rank() > 0 && takesOneProcess
        ? ExitCodes.DONE
        : new CommandLine.RunLast().execute(parsed);
  }

  private void debug(boolean on) {
    debug = on;
    if (on) {
      // Without it, the quick provider of log4j2.component.properties writes errors alone.
      System.setProperty("log4j.provider", Log4jProvider.class.getName());
      Configurator.setLevel("kvasir", Level.DEBUG);
      activity.logTo(log()::debug);
    }
  }

  private static CommandLine.ParseResult last(CommandLine.ParseResult parsed) {
    CommandLine.ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last;
  }

  private static boolean asksForDebug(CommandLine command) {
    return command.getParseResult().hasMatchedOption("--debug");
  }

  /** Reports a wrong command line. All ranks have the same one, so only rank 0 reports it. */
  private int misused(CommandLine.ParameterException e) {
    return rankStart.rank() > 0 ? ExitCodes.USER_ERROR : report(UsageError.of(e));
  }

  // Every error must end the process with a line and a code, since MPJ's threads would keep it
  // alive.
  @SuppressWarnings("CatchingUnchecked")
  private int guarded(Supplier<Integer> body) {
    try {
      return body.get();
    } catch (Throwable e) {
      return report(e);
    }
  }

  /**
   * Reports an error to the user and to the other ranks.
   *
   * @return exit code of the process
   */
  private int report(Throwable e) {
    if (e instanceof ClusterFailure) {
      rankStart.awaitEnd();
    }
    if (debug) {
      log().error("stack trace for --debug", e);
    }
    return switch (e) {
      case UserError user -> failed(ExitCodes.USER_ERROR, user.getMessage());
      case Throwable any when SystemShortage.of(any).isPresent() ->
          failed(ExitCodes.USER_ERROR, place() + SystemShortage.of(any).get());
      case ClusterFailure cluster -> failed(ExitCodes.CLUSTER_FAILURE, cluster.getMessage());
      case ClosedOutput closed -> {
        rankStart.failed(ExitCodes.CLOSED_OUTPUT, closed.getMessage());
        yield ExitCodes.CLOSED_OUTPUT;
      }
      case OutOfMemoryError memory ->
          failed(
              rankStart.rank() < 0 ? ExitCodes.USER_ERROR : ExitCodes.CLUSTER_FAILURE,
              place()
                  + "out of memory: "
                  + memory.getMessage()
                  + "; raise -Xmx by KVASIR_JVM_OPTS");
      // The JVM raises this error some time after the access, so the code that raises it may not
      // know the file.
      case InternalError fault
          when String.valueOf(fault.getMessage()).contains("unsafe memory access") ->
          failed(
              ExitCodes.USER_ERROR,
              "the model: was cut or became unreadable while it was read; leave its files alone");
      default -> {
        log().fatal("internal error, please report it", e);
        rankStart.failed(ExitCodes.INTERNAL_ERROR, place() + "internal error: " + e);
        yield ExitCodes.INTERNAL_ERROR;
      }
    };
  }

  // Not a constant: the library takes time to start, and few runs log anything.
  private static Logger log() {
    return LogManager.getLogger(Main.class);
  }

  private String place() {
    return rankStart.rank() < 0 ? "" : "rank " + rankStart.rank() + ": ";
  }

  private int failed(int code, String message) {
    if (!rankStart.isShownByRankZero()) {
      error(message);
    }
    rankStart.failed(code, message);
    return code;
  }

  private void error(String message) {
    if (said.add(message)) {
      output.note("kvasir: error: " + message);
    }
  }

  /** Writes the exit code to a file if launch/mpjrun asks for it, since mpjrun hides exit codes. */
  private void recordStatus(int code) {
    String directory = System.getProperty("kvasir.status.dir");
    if (rankStart.rank() < 0 || directory == null) {
      return;
    }
    try {
      StatusFile.write(directory, rankStart.rank(), code);
    } catch (IOException e) {
      // If the folder is gone, launch/mpjrun has ended already with another rank's code.
      if (Files.isDirectory(Path.of(directory))) {
        error("cannot write the exit code to " + directory + ": " + e.getMessage());
      }
    }
  }
}
