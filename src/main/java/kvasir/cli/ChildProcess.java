package kvasir.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import kvasir.process.BoundedProcess;
import kvasir.process.KeptText;

/** A process of our own kind that does a part of the work, and ends with this one. */
record ChildProcess(int code, String out) {
  private static final Duration NO_LIMIT = Duration.ofDays(36_500);
  private static final int MOST_BYTES = 1 << 26;

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
      KeptText out = new KeptText(MOST_BYTES);
      // Its end is that of the user's own command, which has no limit.
      BoundedProcess.End end =
          BoundedProcess.run(
              builder,
              BoundedProcess.Input.first(input.getBytes(StandardCharsets.UTF_8)),
              NO_LIMIT,
              out,
              stream -> {});
      return new ChildProcess(end.code(), out.text());
    } catch (IOException e) {
      throw new IllegalStateException("a process cannot be started: " + builder.command(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
