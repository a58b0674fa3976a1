package kvasir.launch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Output of rank 0 over successive worlds, joined to one text. Each world produces the text from
 * its beginning. The part that an earlier world has written is not written again.
 */
public final class ResumedOutput {
  private static final int CHUNK = 8192;

  private final Consumer<byte[]> out;
  private long passed;
  private volatile boolean writing;
  private volatile long heard = System.nanoTime();
  private final AtomicReference<Runnable> waiting = new AtomicReference<>();

  /**
   * Creates an empty text.
   *
   * @param out writes bytes to the user at once, and throws if it cannot
   */
  public ResumedOutput(Consumer<byte[]> out) {
    this.out = out;
  }

  /** Copies the text of one world until its stream ends. Only one thread may call it at a time. */
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
   * Returns whether no text has come for a length of time, and none is being written.
   *
   * @param sinceNanos earliest time that counts, as given by {@link System#nanoTime}
   * @param length length of the time without text
   */
  boolean quiet(long sinceNanos, Duration length) {
    long last = Math.max(sinceNanos, heard);
    return !writing && System.nanoTime() - last > length.toNanos();
  }

  /** Runs an action once, when the next new text has been written. */
  public void whenNew(Runnable action) {
    waiting.set(action);
  }
}
