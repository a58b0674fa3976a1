package kvasir.cluster.nativempi;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import kvasir.cluster.RankErrors;
import kvasir.error.ClusterFailure;
import kvasir.error.UserError;

/**
 * Starts ranks through the site's own {@code mpirun}, which knows its hosts and its network, and
 * stays until it has ended.
 */
public final class MpirunLauncher {
  /** Set for ranks whose launcher's end is theirs. */
  public static final String WATCHED = "KVASIR_WATCHED";

  private static final int LOST = 3;
  private static final int SIGNALLED = 128;
  private static final int SIGNALS = 65;
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);

  private final List<String> hosts;
  private final List<String> command;
  private final RankErrors errors;

  /**
   * @param hosts of each rank, in the order of ranks
   * @param command of every rank
   */
  public MpirunLauncher(List<String> hosts, List<String> command, PrintStream err) {
    this.hosts = List.copyOf(hosts);
    this.command = List.copyOf(command);
    this.errors = new RankErrors(err);
  }

  /** Runs the world to its end; what {@code mpirun} answers is the first failing rank's code. */
  public int run() {
    String launcher =
        find("mpirun")
            .or(() -> find("mpiexec"))
            .orElseThrow(
                () ->
                    new UserError(
                        "--transport native",
                        "no mpirun on the PATH",
                        "install Open MPI or MPICH, or use --transport mpj"));
    ProcessBuilder builder = new ProcessBuilder(command(launcher, isOpenMpi(launcher)));
    // mpirun passes its standard input to rank 0, which ends the run when it ends: when we do.
    builder.environment().put(WATCHED, "1");
    builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
    try {
      Process process = builder.start();
      Thread killer = Thread.ofPlatform().unstarted(process::destroy);
      Runtime.getRuntime().addShutdownHook(killer);
      errors.pump("", process.getErrorStream());
      int code = process.waitFor();
      errors.finish();
      return code > SIGNALLED ? lost(launcher, code) : code;
    } catch (IOException e) {
      throw new ClusterFailure(-1, -1, "cannot start " + launcher + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(-1, -1, "interrupted while ranks ran", e);
    }
  }

  private int lost(String launcher, int code) {
    boolean signal = code - SIGNALLED < SIGNALS;
    errors.report(
        signal
            ? "a rank was lost (signal "
                + (code - SIGNALLED)
                + "); the run has ended, start it again"
            : launcher + " ended with exit code " + code + "; see what it said above");
    return LOST;
  }

  List<String> command(String launcher, boolean openMpi) {
    List<String> all = new ArrayList<>(List.of(launcher));
    if (openMpi) {
      // Teams have threads of their own to place: a rank must not be bound to one core.
      all.addAll(List.of("--quiet", "--oversubscribe", "--bind-to", "none", "-x", WATCHED));
      if (System.getProperty("user.name").equals("root")) {
        all.add("--allow-run-as-root");
      }
    }
    if (!hosts.stream().allMatch("localhost"::equals)) {
      all.addAll(List.of(openMpi ? "--host" : "-hosts", String.join(",", hosts)));
    }
    all.addAll(List.of(openMpi ? "-np" : "-n", String.valueOf(hosts.size())));
    all.addAll(command);
    return all;
  }

  private static Optional<String> find(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name).toFile())
        .filter(File::canExecute)
        .map(File::toString)
        .findFirst();
  }

  private static boolean isOpenMpi(String launcher) {
    try {
      Process process = new ProcessBuilder(launcher, "--version").redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor(VERSION_LIMIT.toSeconds(), TimeUnit.SECONDS);
      return text.contains("Open MPI") || text.contains("OpenRTE");
    } catch (IOException e) {
      throw new ClusterFailure(-1, -1, "cannot start " + launcher + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterFailure(-1, -1, "interrupted while starting", e);
    }
  }
}
