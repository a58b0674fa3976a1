package kvasir.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import kvasir.cli.terminal.Output;
import kvasir.process.OnShutdown;

/**
 * Note of how many results there are when a batch ends early, by a signal or the loss of a rank. It
 * is printed at most once.
 */
final class BatchNotice implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final Output output;
  private final AtomicBoolean done = new AtomicBoolean();
  private final OnShutdown onSignal;

  /**
   * Creates a notice that is printed when a signal ends this process before {@link #close}.
   *
   * @param file the results
   */
  BatchNotice(Path file, Output output) {
    this.file = file;
    this.output = output;
    this.onSignal = new OnShutdown(this::print);
  }

  /** Prints the note if it has not been printed yet. */
  void print() {
    if (done.compareAndSet(false, true)) {
      output.note(
          "kvasir: %d results are in %s; the same command computes the rest", wholeLines(), file);
    }
  }

  /** Returns the number of lines that end by LF; 0 if the file cannot be read. */
  private long wholeLines() {
    long lines = 0;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[CHUNK];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        for (int i = 0; i < count; i++) {
          lines += chunk[i] == '\n' ? 1 : 0;
        }
      }
    } catch (IOException e) {
      // No file, or one that cannot be read: there is nothing to count.
      return 0;
    }
    return lines;
  }

  @Override
  public void close() {
    done.set(true);
    onSignal.close();
  }
}
