package kvasir.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that runs to its end, or to the end of its limit, and never outlives this one. Threads
 * of their own write its input and read its output, so the limit holds whatever the process does
 * with them.
 */
public final class BoundedProcess {
  /** For what a process that has ended wrote last, and for one that is told to end. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private BoundedProcess() {}

  /** Reads a stream to its end, in a thread of its own. */
  @FunctionalInterface
  public interface Sink {
    void take(InputStream stream) throws IOException;
  }

  /**
   * The end of a process.
   *
   * @param code exit code
   * @param inTime false where the limit has passed and the process was ended
   */
  public record End(int code, boolean inTime) {}

  /**
   * Bytes for the standard input of a process.
   *
   * @param staysOpen true where the input ends only when this process does
   */
  public record Input(byte[] bytes, boolean staysOpen) {
    /** An input that is empty. */
    public static Input none() {
      return all(new byte[0]);
    }

    /** An input of these bytes. */
    public static Input all(byte[] bytes) {
      return new Input(bytes, false);
    }

    /** An input that begins with these bytes and ends when this process does. */
    public static Input first(byte[] bytes) {
      return new Input(bytes, true);
    }
  }

  /** The end of a process, and what it printed. */
  public record Text(int code, boolean inTime, String out, String err) {}

  /**
   * Runs a process without input.
   *
   * @param mostBytes of each stream that are kept; the rest is read and dropped
   */
  public static Text text(ProcessBuilder builder, Duration limit, int mostBytes)
      throws IOException, InterruptedException {
    KeptText out = new KeptText(mostBytes);
    KeptText err = new KeptText(mostBytes);
    End end = run(builder, Input.none(), limit, out, err);
    return new Text(end.code(), end.inTime(), out.text(), err.text());
  }

  /**
   * Runs a process. Returns when it has ended and its streams are read, or a moment after its end
   * where another process keeps them open.
   *
   * @param out takes its standard output; never called where the builder redirects it
   * @param err the same for its standard error
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

  /** Ends a process and its children: first by asking, then by force. */
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
      stream.write(input.bytes());
      stream.flush();
      if (!input.staysOpen()) {
        stream.close();
      }
    } catch (IOException e) {
      // The process does not want all of it: what it printed tells more.
    }
  }

  /** The thread that reads one stream; a sink that fails ends the process. */
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
        // The process has gone; its exit code says more.
      } catch (RuntimeException e) {
        failure = e;
        tree(process).forEach(ProcessHandle::destroy);
      }
    }

    /** Waits for the stream's end, no longer than to a time, and raises what the sink did. */
    void await(long endNanos) throws InterruptedException {
      long millis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
      thread.join(Math.max(1, millis));
      if (failure != null) {
        throw failure;
      }
    }
  }
}
