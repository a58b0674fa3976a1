package kvasir.launch;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import kvasir.process.BoundedProcess;
import kvasir.process.KeptText;

/** A process of our own kind that does a part of the work, and ends with this one. */
public record ChildProcess(int code, String out) {
  private static final Duration NO_LIMIT = Duration.ofDays(36_500);
  private static final int MOST_BYTES = 1 << 26;

  /** Beginning of the line that a JVM writes first, since the Vector API is incubating. */
  private static final byte[] INCUBATES =
      "WARNING: Using incubator modules".getBytes(StandardCharsets.US_ASCII);

  /**
   * Runs a process to its end. What it prints is in {@code out} unless it has been redirected; its
   * standard error is this process's.
   *
   * @param order the first that it reads on its standard input, whose end is this process's
   */
  static ChildProcess run(ProcessBuilder builder, Order order) {
    try {
      KeptText out = new KeptText(MOST_BYTES);
      // Its end is that of the user's own command, which has no limit.
      BoundedProcess.End end =
          BoundedProcess.run(
              builder,
              BoundedProcess.Input.first((order.encode() + "\n").getBytes(StandardCharsets.UTF_8)),
              NO_LIMIT,
              out,
              ChildProcess::pass);
      return new ChildProcess(end.code(), out.text());
    } catch (IOException e) {
      throw new IllegalStateException("a process cannot be started: " + builder.command(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Copies standard error as it comes, but for the JVM's own first line. */
  private static void pass(InputStream errors) throws IOException {
    // Not closed: it is this process's.
    FileOutputStream own = new FileOutputStream(FileDescriptor.err);
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
