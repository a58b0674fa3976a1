package kvasir.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import kvasir.cluster.mpj.MpjCommunicator;
import kvasir.cluster.mpj.RankLauncher;
import kvasir.cluster.mpj.Rendezvous;
import kvasir.cluster.nativempi.MpirunLauncher;
import kvasir.cluster.nativempi.NativeCommunicator;
import kvasir.cluster.nativempi.NativeRank;
import kvasir.error.ClusterFailure;
import kvasir.error.UserError;
import kvasir.experiment.ArmProcess;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import picocli.CommandLine;

/** The only main: under a shell, Kvasir's launcher, MPJ's mpjrun, and MPI's mpirun or srun. */
public final class Main {
  private static final Logger LOG = LogManager.getLogger(Main.class);
  private static final Duration JOIN_LIMIT = Duration.ofMinutes(2);

  private Main() {}

  public static void main(String[] args) {
    boolean debug = Arrays.asList(args).contains("--debug");
    int rank = rank(args);
    int code = guarded(debug, () -> run(args, debug));
    if (code != ExitCodes.DONE && rank >= 0) {
      // A rank that fails must not wait for the others: MPJ keeps the process alive otherwise.
      recordStatus(rank, code);
      Runtime.getRuntime().halt(code);
    }
    recordStatus(rank, code);
    System.exit(code);
  }

  private static int run(String[] args, boolean debug) {
    Optional<String> slow = JvmCheck.slowBecause();
    WorldStart start = start(args);
    if (!start.joined()) {
      if (System.getenv(ArmProcess.WATCHED) != null) {
        ParentWatch.start();
      }
      slow.ifPresent(
          why -> new Output().note("kvasir: kernels will be 10 to 100 times slower: " + why));
    }
    CommandLine commands =
        new CommandLine(new KvasirCommand(start))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((e, line, parsed) -> report(debug, e))
            .setParameterExceptionHandler((e, line) -> report(debug, usage(e)));
    return commands.execute(start.arguments());
  }

  private static UserError usage(CommandLine.ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    return new UserError(command, e.getMessage(), "see " + command + " --help", e);
  }

  private static WorldStart start(String[] args) {
    String rank = System.getenv(RankLauncher.RANK);
    if (rank != null) {
      ParentWatch.start();
      return join(niodevArguments(rank, args));
    }
    if (underMpjrun(args)) {
      return join(args);
    }
    return NativeRank.of(System.getenv())
        .map(started -> joinNative(started, args))
        .orElseGet(() -> WorldStart.own(args));
  }

  private static WorldStart join(String[] mpjArguments) {
    MpjCommunicator.Start start =
        MpjCommunicator.init(mpjArguments, JOIN_LIMIT, Main::waitedTooLong);
    return WorldStart.rank(start.world(), start.arguments());
  }

  private static WorldStart joinNative(NativeRank started, String[] args) {
    if (started.rank() == 0 && System.getenv(MpirunLauncher.WATCHED) != null) {
      ParentWatch.start();
    }
    return WorldStart.rank(NativeCommunicator.init(started, JOIN_LIMIT, Main::waitedTooLong), args);
  }

  private static String[] niodevArguments(String rank, String[] args) {
    int ranks = Integer.parseInt(System.getenv(RankLauncher.RANKS));
    String rendezvous = System.getenv(RankLauncher.RENDEZVOUS);
    int colon = rendezvous.lastIndexOf(':');
    String conf =
        Rendezvous.configuration(
            rendezvous.substring(0, colon),
            Integer.parseInt(rendezvous.substring(colon + 1)),
            ranks);
    String[] all = new String[args.length + 3];
    all[0] = rank;
    all[1] = conf;
    all[2] = "niodev";
    System.arraycopy(args, 0, all, 3, args.length);
    return all;
  }

  private static boolean underMpjrun(String[] args) {
    return args.length >= 3 && args[0].matches("\\d{1,6}") && args[2].equals("niodev");
  }

  private static int rank(String[] args) {
    String rank = System.getenv(RankLauncher.RANK);
    if (rank != null) {
      return Integer.parseInt(rank);
    }
    return underMpjrun(args)
        ? Integer.parseInt(args[0])
        : NativeRank.of(System.getenv()).map(NativeRank::rank).orElse(-1);
  }

  private static void waitedTooLong(String what, Duration limit) {
    error(
        "waited more than "
            + limit.toSeconds()
            + " s "
            + what
            + "; look for the reason on that rank, or raise --timeout");
    Runtime.getRuntime().halt(ExitCodes.CLUSTER_FAILURE);
  }

  // Whatever is thrown ends the process with a line and a code: MPJ's threads would keep it alive.
  @SuppressWarnings("CatchingUnchecked")
  private static int guarded(boolean debug, Supplier<Integer> body) {
    try {
      return body.get();
    } catch (Throwable e) {
      return report(debug, e);
    }
  }

  private static int report(boolean debug, Throwable e) {
    if (debug) {
      LOG.error("stack trace for --debug", e);
    }
    return switch (e) {
      case UserError user -> {
        error(user.getMessage());
        yield ExitCodes.USER_ERROR;
      }
      case ClusterFailure cluster -> {
        error(cluster.getMessage());
        yield ExitCodes.CLUSTER_FAILURE;
      }
      case OutOfMemoryError memory -> {
        error("out of memory: " + memory.getMessage() + "; raise -Xmx by KVASIR_JVM_OPTS");
        yield ExitCodes.USER_ERROR;
      }
      default -> {
        LOG.fatal("internal error, please report it", e);
        yield ExitCodes.INTERNAL_ERROR;
      }
    };
  }

  private static void error(String message) {
    new Output().note("kvasir: error: " + message);
  }

  /** mpjrun hides exit codes, so launch/mpjrun has ranks write theirs where it asks. */
  private static void recordStatus(int rank, int code) {
    String directory = System.getProperty("kvasir.status.dir");
    if (rank < 0 || directory == null) {
      return;
    }
    try {
      StatusFile.write(directory, rank, code);
    } catch (IOException e) {
      error("cannot write the exit code to " + directory + ": " + e.getMessage());
    }
  }
}
