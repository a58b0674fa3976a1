package kvasir.engine.request;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads requests ahead in a thread of its own, so that a slow input does not hold up running
 * sequences. The thread is a daemon: one that waits for input when the process ends is abandoned.
 */
final class RequestFeed {
  /** A line, the end of the input, or the reason for which reading failed. */
  private record Item(Optional<Incoming> line, RuntimeException fault) {}

  private final BlockingQueue<Item> items;
  private boolean ended;

  /**
   * Starts to read.
   *
   * @param source read by the feed's thread alone until the end
   * @param ahead number of lines to read ahead
   */
  RequestFeed(RequestSource source, int ahead) {
    items = new ArrayBlockingQueue<>(ahead);
    Thread.ofPlatform().name("batch-input").daemon(true).start(() -> readAll(source));
  }

  private void readAll(RequestSource source) {
    try {
      Item item;
      do {
        item = read(source);
        items.put(item);
      } while (item.line().isPresent());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Item read(RequestSource source) {
    try {
      return new Item(source.next(), null);
    } catch (RuntimeException e) {
      return new Item(Optional.empty(), e);
    }
  }

  /** Returns whether the end of the input has been reached. */
  boolean ended() {
    return ended;
  }

  /**
   * Returns the next line, if one arrives in time.
   *
   * @param limit longest time to wait; 0 for none
   * @return empty if no line has arrived, or after the last one
   */
  Optional<Incoming> next(Duration limit) {
    if (ended) {
      return Optional.empty();
    }
    try {
      Item item = items.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (item == null) {
        return Optional.empty();
      }
      if (item.fault() != null) {
        throw item.fault();
      }
      ended = item.line().isEmpty();
      return item.line();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for requests", e);
    }
  }
}
