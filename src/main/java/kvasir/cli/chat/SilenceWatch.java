package kvasir.cli.chat;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/** Watch that closes a stream from which nothing has come for a time. */
final class SilenceWatch implements AutoCloseable {
  private final Closeable stream;
  private final long limitNanos;
  private final Thread thread;
  private volatile long last = System.nanoTime();

  SilenceWatch(Duration limit, Closeable stream) {
    this.stream = stream;
    this.limitNanos = limit.toNanos();
    this.thread = Thread.ofVirtual().name("silence-watch").start(this::watch);
  }

  /** Tells that something has come. */
  void heard() {
    last = System.nanoTime();
  }

  private void watch() {
    try {
      for (long left = limitNanos; left > 0; left = limitNanos - (System.nanoTime() - last)) {
        Thread.sleep(Duration.ofNanos(left));
      }
      stream.close();
    } catch (InterruptedException | IOException e) {
      // The watch is over.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
