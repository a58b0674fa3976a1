package kvasir.process;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runner of another program with a time limit. The process runs to its end or to the limit, and
 * never outlives this process. Separate threads write its input and read its output, so the limit
 * holds even if the process neither reads nor closes its streams. Thread-safe.
 */
public final class BoundedProcess {
  /**
   * Time to read the last output of a process that has ended, and for a process to end when told
   * to.
   */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final int PIECE_BYTES = 1 << 16;

  private BoundedProcess() {}

  /** Reader of one output stream of a process. */
  @FunctionalInterface
  public interface Sink {
    /** Reads the stream to its end; called in a separate thread. */
    void take(InputStream stream) throws IOException;
  }

  /**
   * The end of a process.
   *
   * @param code exit code, or -1 if the limit has passed
   * @param inTime false if the limit has passed and the process was ended
   */
  public record End(int code, boolean inTime) {}

  /**
   * Bytes for the standard input of a process.
   *
   * @param content content of the input, passed on as it can be read
   * @param staysOpen true if the input is not closed until this process ends
   */
  public record Input(InputStream content, boolean staysOpen) {
    /** Returns an empty input. */
    public static Input none() {
      return all(new byte[0]);
    }

    /** Returns an input of these bytes. */
    public static Input all(byte[] bytes) {
      return new Input(new ByteArrayInputStream(bytes), false);
    }

    /** Returns an input of these bytes and all that a stream has, which is not closed. */
    public static Input all(byte[] bytes, InputStream more) {
      return new Input(new SequenceInputStream(new ByteArrayInputStream(bytes), more), false);
    }

    /** Returns an input that begins with these bytes and is not closed until this process ends. */
    public static Input first(byte[] bytes) {
      return new Input(new ByteArrayInputStream(bytes), true);
    }
  }

  /**
   * The end of a process with its output.
   *
   * @param code exit code, or -1 if the limit has passed
   * @param inTime false if the limit has passed and the process was ended
   * @param out beginning of its standard output
   * @param err beginning of its standard error
   */
  public record Text(int code, boolean inTime, String out, String err) {}

  /**
   * Runs a process without input and collects its output.
   *
   * @param limit the longest time that it may run
   * @param maxBytes number of bytes of each stream to keep; the rest is read and dropped
   * @throws IOException if the process cannot be started
   */
  public static Text text(ProcessBuilder builder, Duration limit, int maxBytes)
      throws IOException, InterruptedException {
    KeptText out = new KeptText(maxBytes);
    KeptText err = new KeptText(maxBytes);
    End end = run(builder, Input.none(), limit, out, err);
    return new Text(end.code(), end.inTime(), out.text(), err.text());
  }

  /**
   * Runs a process. Returns when it has ended and its streams have been read, or two seconds after
   * its end if another process keeps them open.
   *
   * @param limit the longest time that it may run
   * @param out reads its standard output, which is empty if the builder redirects it
   * @param err reads its standard error, which is empty if the builder redirects it
   * @throws IOException if the process cannot be started
   */
  public static End run(ProcessBuilder builder, Input input, Duration limit, Sink out, Sink err)
      throws IOException, InterruptedException {
    Process process = builder.start();
    OnShutdown hook = new OnShutdown(() -> tree(process).forEach(ProcessHandle::destroy));
    try {
      Reader outReader = new Reader(process, process.getInputStream(), out);
      Reader errReader = new Reader(process, process.getErrorStream(), err);
      Thread.ofPlatform().daemon(true).start(() -> write(process.getOutputStream(), input));
      boolean inTime = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (inTime) {
        long end = System.nanoTime() + GRACE.toNanos();
        outReader.await(end);
        errReader.await(end);
      }
      return new End(inTime ? process.exitValue() : -1, inTime);
    } finally {
      end(process);
      hook.close();
    }
  }

  private static List<ProcessHandle> tree(Process process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    return all;
  }

  /** Ends a process and its descendants, first by a request, then by force. */
  private static void end(Process process) throws InterruptedException {
    if (!process.isAlive()) {
      return;
    }
    List<ProcessHandle> tree = tree(process);
    tree.forEach(ProcessHandle::destroy);
    process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    tree.forEach(ProcessHandle::destroyForcibly);
  }

  private static void write(OutputStream stream, Input input) {
    try {
      byte[] piece = new byte[PIECE_BYTES];
      for (int n = input.content().read(piece); n >= 0; n = input.content().read(piece)) {
        stream.write(piece, 0, n);
        stream.flush();
      }
      if (!input.staysOpen()) {
        stream.close();
      }
    } catch (IOException e) {
      // The process has not read all of it; its output and exit code tell more.
    }
  }

  /** Thread that reads one stream; an exception of its sink ends the process. */
  private static final class Reader {
    private final Thread thread;
    private volatile RuntimeException failure;

    Reader(Process process, InputStream stream, Sink sink) {
      this.thread = Thread.ofPlatform().daemon(true).start(() -> read(process, stream, sink));
    }

    private void read(Process process, InputStream stream, Sink sink) {
      try {
        sink.take(stream);
      } catch (IOException e) {
        // The process has ended; its exit code tells more.
      } catch (RuntimeException e) {
        failure = e;
        tree(process).forEach(ProcessHandle::destroy);
      }
    }

    /**
     * Waits for the end of the stream and rethrows the sink's exception, if any.
     *
     * @param endNanos value of {@link System#nanoTime} at which to stop waiting
     */
    void await(long endNanos) throws InterruptedException {
      long millis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
      thread.join(Math.max(1, millis));
      if (failure != null) {
        throw failure;
      }
    }
  }
}
