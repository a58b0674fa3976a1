package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One launched run that a fault is put into, and what became of it. All its processes, on this
 * machine, are known by a mark in their environment, whoever their parents are.
 */
final class FaultRun implements AutoCloseable {
  private static final String MARK = "KVASIR_FAULT_RUN";
  private static final Path PROC = Path.of("/proc");
  private static final Pattern RANK =
      Pattern.compile("(?:^|\0)(?:KVASIR_RANK|OMPI_COMM_WORLD_RANK)=(\\d+)(?:\0|$)");
  private static final Pattern MPJ_RANK = Pattern.compile("\0(\\d+)\0kvasir\\.cli\\.Main\0");
  private static final String ERROR = "kvasir: error: ";
  private static final long LIMIT_SECONDS = 60;

  private final Set<Path> filesBefore = Leftovers.now();
  private final String mark = MARK + "=" + UUID.randomUUID();
  private final Set<Long> seen = ConcurrentHashMap.newKeySet();
  private final Process launcher;
  private final Path out;
  private final Path err;
  private long injected;

  /**
   * Result of a run as its user saw it.
   *
   * @param seconds from the fault to the end of every process
   */
  record Outcome(int code, double seconds, String out, String err) {
    /** The error lines; MPJ's daemon passes on its ranks' as results, behind what stands there. */
    List<String> errors() {
      return Stream.concat(out.lines(), err.lines())
          .filter(line -> line.contains(ERROR))
          .map(line -> line.substring(line.indexOf(ERROR)))
          .distinct()
          .toList();
    }

    /** One line that says so, and nothing that only a programmer understands. */
    void assertEnded(int expected, String named) {
      assertEquals(expected, code, err);
      assertEquals(1, errors().size(), err);
      assertTrue(errors().getFirst().contains(named), err);
      assertTrue(err.lines().noneMatch(line -> line.contains("\tat ")), err);
    }
  }

  private FaultRun(ProcessBuilder builder) throws IOException {
    out = Files.createTempFile("test-run", ".out");
    err = Files.createTempFile("test-run", ".err");
    // Shells start what runs in their background with Ctrl-C ignored, and children inherit that.
    builder.command().addAll(0, List.of("env", "--default-signal=INT"));
    String id = mark.substring(MARK.length() + 1);
    builder.environment().put(MARK, id);
    // On other hosts there is no environment of ours, but the JVM's options are the same.
    builder.environment().merge("KVASIR_JVM_OPTS", "-Dfault.run=" + id, (a, b) -> a + " " + b);
    launcher = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }

  static FaultRun start(String command, Object... arguments) {
    return start(Launch.builder(command, arguments));
  }

  /** As the other, with an environment of its own. */
  static FaultRun start(ProcessBuilder builder) {
    try {
      return new FaultRun(builder);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Starts a run whose processes start quickly, for faults to which the speed of kernels does not
   * matter: without C2, and with scalar kernels, which then allocate no vectors.
   */
  static FaultRun startQuickly(String command, Object... arguments) {
    ProcessBuilder builder = Launch.builder(command, arguments);
    builder.environment().put("KVASIR_JVM_OPTS", "-XX:TieredStopAtLevel=1");
    builder.command().addAll(List.of("--kernels", "scalar"));
    return start(builder);
  }

  ProcessHandle launcher() {
    return launcher.toHandle();
  }

  /** Returns the text on standard error so far. */
  String notes() {
    return text(err);
  }

  /** Waits for a rank's debug line: what it does now. */
  void awaitActivity(int rank, String what) {
    String line = what;
    await(
        () ->
            Stream.of(err, out)
                .flatMap(file -> text(file).lines())
                .anyMatch(l -> l.contains(line) && isOf(rank, l)),
        "rank " + rank + ": " + what);
  }

  // Under mpirun and mpjrun lines do not say whose they are: any rank's will do.
  private static boolean isOf(int rank, String line) {
    Matcher prefix = Pattern.compile("^\\[rank (\\d+)]").matcher(line);
    return prefix.find() ? Integer.parseInt(prefix.group(1)) == rank : true;
  }

  /** Waits for so many characters on standard output. */
  void awaitOutput(int characters) {
    await(() -> text(out).length() >= characters, characters + " characters of output");
  }

  /** Waits until standard error has so many lines of something. */
  void awaitErrors(int lines, String what) {
    await(
        () -> text(err).lines().filter(line -> line.contains(what)).count() >= lines,
        lines + " lines: " + what);
  }

  private void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (!launcher.isAlive() || System.nanoTime() > end) {
        fail("the run did not come to " + what + ": " + text(err));
      }
      pause();
    }
  }

  /** Waits until a rank's process has ended. */
  void awaitEnd(int rank) {
    await(() -> find(rank) == null, "the end of rank " + rank);
  }

  /** The process of a rank, once it is there. */
  ProcessHandle rank(int rank) {
    await(() -> find(rank) != null, "a process of rank " + rank);
    return find(rank);
  }

  private ProcessHandle find(int rank) {
    return processes().stream().filter(p -> rankOf(p.pid()) == rank).findFirst().orElse(null);
  }

  private static int rankOf(long pid) {
    String environment = read(pid, "environ");
    String words = read(pid, "cmdline");
    Matcher launched = RANK.matcher(environment);
    Matcher mpj = MPJ_RANK.matcher(words);
    boolean java = words.contains("kvasir.cli.Main");
    if (java && launched.find()) {
      return Integer.parseInt(launched.group(1));
    }
    return mpj.find() ? Integer.parseInt(mpj.group(1)) : -1;
  }

  /** Every process of this run that has not ended. */
  List<ProcessHandle> processes() {
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : all) {
        long pid = Long.parseLong(process.getFileName().toString());
        boolean child = Arrays.asList(read(pid, "environ").split("\0", -1)).contains(mark);
        if (child || read(pid, "cmdline").contains(mark.substring(MARK.length() + 1))) {
          seen.add(pid);
          ProcessHandle.of(pid).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return found;
  }

  private static String read(long pid, String name) {
    try {
      Path file = PROC.resolve(String.valueOf(pid)).resolve(name);
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has ended, or is another user's.
      return "";
    }
  }

  /** Puts the fault in; time counts from here. */
  FaultRun inject(Runnable fault) {
    injected = System.nanoTime();
    fault.run();
    return this;
  }

  FaultRun kill(ProcessHandle process) {
    return inject(process::destroyForcibly);
  }

  FaultRun signal(String name, ProcessHandle process) {
    return inject(() -> send(name, process));
  }

  static void send(String name, ProcessHandle process) {
    try {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until no process of the run is left; nor may a file be. */
  Outcome outcome() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (launcher.isAlive() || !processes().isEmpty()) {
      if (System.nanoTime() > end) {
        fail("processes are left: " + left() + text(err));
      }
      pause();
    }
    double seconds = (System.nanoTime() - injected) / 1e9;
    assertEquals(Set.of(), filesLeft(), "files are left: " + text(err));
    return new Outcome(launcher.exitValue(), seconds, text(out), text(err));
  }

  private Set<Path> filesLeft() {
    try {
      Set<Path> left = Leftovers.now();
      left.removeAll(filesBefore);
      left.removeAll(Set.of(out, err));
      left.addAll(Leftovers.counters(seen));
      return left;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String left() {
    StringBuilder left = new StringBuilder();
    for (ProcessHandle process : processes()) {
      String words = read(process.pid(), "cmdline").replace('\0', ' ');
      left.append(process.pid()).append(' ').append(words, 0, Math.min(words.length(), 60));
      left.append("... ").append(words.substring(Math.max(0, words.length() - 60))).append('\n');
    }
    return left.toString();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    launcher.destroyForcibly();
    processes().forEach(ProcessHandle::destroyForcibly);
    Files.deleteIfExists(out);
    Files.deleteIfExists(err);
  }
}
