package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server of the demo model in a process of its own, as a user starts it. */
final class ServedProcess implements AutoCloseable {
  static final String MODEL = "experiments/demo-model/model";
  private static final int LIMIT_SECONDS = 150;

  private final Process process;
  private final Path log;
  private final String base;

  /**
   * @param log file for the server's notes
   * @param options options of {@code serve}, without model and port
   */
  ServedProcess(Path log, Object... options) throws IOException {
    this.log = log;
    List<Object> arguments = new ArrayList<>(List.of("serve", "--model", MODEL, "--port", "0"));
    arguments.addAll(List.of(options));
    this.process =
        Launch.builder("launch/kvasir", arguments.toArray()).redirectError(log.toFile()).start();
    this.base = address();
  }

  private String address() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (process.isAlive() && System.nanoTime() < end) {
      String[] parts = Files.readString(log).split(" at ", 2);
      if (parts.length == 2 && parts[1].contains("/v1")) {
        return parts[1].substring(0, parts[1].indexOf("/v1"));
      }
      sleep();
    }
    close();
    throw new AssertionError("the server did not start: " + Files.readString(log));
  }

  private static void sleep() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns the server's address, without a path. */
  String base() {
    return base;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "the server did not end");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
