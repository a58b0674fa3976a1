package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the project's own commands as a user does, on the jar that launch/test has built or else on
 * the classes.
 */
public final class Launch {
  /** End of a command. */
  public record Result(int code, String out, String err) {
    List<String> errors() {
      return err.lines().filter(line -> line.startsWith("kvasir: error: ")).toList();
    }

    /** Refused as a user's mistake: one line that names it, exit code 2, no result. */
    void assertRefused(String named) {
      assertRefusedBehind(0, named);
    }

    /** As {@link #assertRefused}, behind so many lines that say what the command does. */
    void assertRefusedBehind(int notes, String named) {
      assertEquals(2, code, err + out);
      assertEquals(1, errors().size(), err);
      assertEquals(notes + 1, err.lines().count(), err);
      assertTrue(errors().get(0).contains(named), err);
      assertFalse(showsStackTrace(), err);
      assertEquals("", out);
    }

    boolean showsStackTrace() {
      return err.lines().anyMatch(line -> line.contains("\tat "));
    }
  }

  private static final int LIMIT_SECONDS = 120;

  /** True if the jar holds the classes under test, as launch/test leaves it. */
  private static final boolean JAR_IS_TESTED = isJarTested();

  private Launch() {}

  private static boolean isJarTested() {
    Path jar = Path.of("target/kvasir.jar");
    try (Stream<Path> classes = Files.walk(Path.of("target/classes"))) {
      FileTime built = Files.getLastModifiedTime(jar);
      for (Path file : classes.filter(Files::isRegularFile).toList()) {
        if (Files.getLastModifiedTime(file).compareTo(built) > 0) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Runs a command in this JVM, which takes a tenth of the time of a process of its own. For tests
   * of what a command computes and prints, in one process. The command may not start processes as
   * ranks, read standard input, or log.
   */
  static Result here(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    int code = Main.run(out, err, words);
    return new Result(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command in a process of its own, or in several, as a user does. */
  static Result kvasir(Object... arguments) {
    return run("launch/kvasir", arguments);
  }

  public static Result run(String command, Object... arguments) {
    try {
      Path out = Files.createTempFile("test-run", ".out");
      Path err = Files.createTempFile("test-run", ".err");
      try {
        return run(builder(command, arguments), command, out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Result run(ProcessBuilder builder, String command, Path out, Path err)
      throws IOException, InterruptedException {
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    assertTrue(ended, command + " did not end: " + Files.readString(err));
    settle(err);
    return new Result(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  /** The filter behind stderr may write its last line just after the command has ended. */
  private static void settle(Path err) throws IOException, InterruptedException {
    long size = -1;
    while (size != Files.size(err)) {
      size = Files.size(err);
      Thread.sleep(100);
    }
  }

  static ProcessBuilder builder(String command, Object... arguments) {
    Path root = Path.of("").toAbsolutePath();
    List<String> words = new ArrayList<>();
    words.add(root.resolve(command).toString());
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(words);
    if (!JAR_IS_TESTED) {
      builder
          .environment()
          .put("KVASIR_CLASSPATH", root.resolve("target/classes") + ":" + root + "/target/lib/*");
    }
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("KVASIR_CHECKED", "1");
    return builder;
  }
}
