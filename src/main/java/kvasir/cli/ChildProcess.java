package kvasir.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A process of our own kind that does a part of the work, and ends with this one. */
record ChildProcess(int code, String out) {
  /** Runs it to its end; what it prints is in {@code out} unless it has been redirected. */
  static ChildProcess run(ProcessBuilder builder) {
    try {
      Process process = builder.start();
      Thread kill = new Thread(process::destroy);
      Runtime.getRuntime().addShutdownHook(kill);
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      Runtime.getRuntime().removeShutdownHook(kill);
      return new ChildProcess(code, out);
    } catch (IOException e) {
      throw new IllegalStateException("a process cannot be started: " + builder.command(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
