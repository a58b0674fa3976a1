package kvasir.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A process of our own kind that does a part of the work, and ends with this one. */
record ChildProcess(int code, String out) {
  /** Runs it to its end; what it prints is in {@code out} unless it has been redirected. */
  static ChildProcess run(ProcessBuilder builder) {
    return run(builder, "");
  }

  /**
   * As {@link #run(ProcessBuilder)}.
   *
   * @param input the first that it reads on its standard input, whose end is this process's
   */
  static ChildProcess run(ProcessBuilder builder, String input) {
    try {
      Process process = builder.start();
      Thread kill = new Thread(process::destroy);
      Runtime.getRuntime().addShutdownHook(kill);
      tell(process, input);
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

  // The stream stays open: a child may watch it for the end of this process.
  @SuppressWarnings("resource")
  private static void tell(Process process, String input) {
    try {
      OutputStream in = process.getOutputStream();
      in.write(input.getBytes(StandardCharsets.UTF_8));
      in.flush();
    } catch (IOException e) {
      // It has ended already: its exit code says more.
    }
  }
}
