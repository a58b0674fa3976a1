package kvasir.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import kvasir.process.BoundedProcess;
import kvasir.process.KeptText;

/**
 * Result of another process of this program that did a part of the work.
 *
 * @param code exit code of the process
 * @param out text that the process printed on standard output
 */
public record ChildProcess(int code, String out) {
  private static final Duration NO_LIMIT = Duration.ofDays(36_500);
  private static final int MOST_BYTES = 1 << 26;

  /** Beginning of the first line that a JVM prints, because the Vector API is incubating. */
  private static final byte[] INCUBATES =
      "WARNING: Using incubator modules".getBytes(StandardCharsets.US_ASCII);

  /**
   * Runs a process and waits for its end. The process ends when this one ends. Its standard output
   * is kept in {@code out} unless the builder redirects it; its standard error is passed on.
   *
   * @param order order that the process reads from its standard input
   * @param more input that the process reads behind the order, if it reads any; not closed
   * @throws IllegalStateException if the process cannot be started, or the wait is interrupted
   */
  static ChildProcess run(ProcessBuilder builder, Order order, Optional<InputStream> more) {
    try {
      KeptText out = new KeptText(MOST_BYTES);
      byte[] line = (order.encode() + "\n").getBytes(StandardCharsets.UTF_8);
      BoundedProcess.Input input =
          more.map(stream -> BoundedProcess.Input.all(line, stream))
              .orElseGet(() -> BoundedProcess.Input.first(line));
      // No time limit: the user's own command, which this process is part of, has none.
      BoundedProcess.End end =
          BoundedProcess.run(builder, input, NO_LIMIT, out, ChildProcess::pass);
      return new ChildProcess(end.code(), out.text());
    } catch (IOException e) {
      throw new IllegalStateException("a process cannot be started: " + builder.command(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Copies standard error as it arrives, except for the JVM's own first line. */
  private static void pass(InputStream errors) throws IOException {
    // Not closed, since it is the standard error of this process.
    OutputStream own = StandardError.stream();
    int same = 0;
    int next = errors.read();
    while (same < INCUBATES.length && next == INCUBATES[same]) {
      same++;
      next = errors.read();
    }
    if (same == INCUBATES.length) {
      while (next >= 0 && next != '\n') {
        next = errors.read();
      }
    } else {
      own.write(INCUBATES, 0, same);
      if (next >= 0) {
        own.write(next);
      }
    }
    errors.transferTo(own);
  }
}
