package kvasir.launch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Output of rank 0 over successive worlds, joined to one text. Each world begins the text anew, and
 * what has been passed on already is not passed on again.
 */
public final class ResumedOutput {
  private static final int CHUNK = 8192;

  private final Consumer<byte[]> out;
  private long passed;
  private volatile boolean writing;
  private volatile long heard = System.nanoTime();
  private final AtomicReference<Runnable> waiting = new AtomicReference<>();

  /**
   * @param out takes the text at once, and throws where it cannot
   */
  public ResumedOutput(Consumer<byte[]> out) {
    this.out = out;
  }

  /** Passes on one world's text to its end; for one thread at a time. */
  void copy(InputStream stream) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long seen = 0;
    for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
      heard = System.nanoTime();
      int known = Math.clamp(passed - seen, 0, count);
      seen += count;
      if (known < count) {
        accept(Arrays.copyOfRange(chunk, known, count));
        passed += count - known;
        Optional.ofNullable(waiting.getAndSet(null)).ifPresent(Runnable::run);
      }
    }
  }

  private void accept(byte[] text) {
    writing = true;
    try {
      out.accept(text);
    } finally {
      heard = System.nanoTime();
      writing = false;
    }
  }

  /**
   * Returns whether no text has come for a length of time, counted from {@code sinceNanos} at the
   * earliest, and none is being written.
   */
  boolean quiet(long sinceNanos, Duration length) {
    long last = Math.max(sinceNanos, heard);
    return !writing && System.nanoTime() - last > length.toNanos();
  }

  /** Runs something once, when the next new text has been passed on. */
  public void whenNew(Runnable action) {
    waiting.set(action);
  }
}
