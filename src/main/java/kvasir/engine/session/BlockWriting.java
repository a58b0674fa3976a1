package kvasir.engine.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Writing of blocks' files in a background thread. After the first failure nothing more is written,
 * and the run continues. Used by one thread at a time.
 */
final class BlockWriting implements AutoCloseable {
  private static final long LIMIT_SECONDS = 30;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("kv-snapshot").daemon(true).factory());
  private Future<?> last;
  private String failure;

  /**
   * Has a file written in the background.
   *
   * @param bytes copies the block; called in the background, unless writing has failed before
   * @param replace true to write the file even if it exists, since it is damaged
   * @param older file to delete afterwards
   */
  void write(
      BlockFile file, Supplier<MemorySegment> bytes, boolean replace, Optional<BlockFile> older) {
    last = thread.submit(() -> writeNow(file, bytes, replace, older));
  }

  private void writeNow(
      BlockFile file, Supplier<MemorySegment> bytes, boolean replace, Optional<BlockFile> older) {
    try {
      Optional<MemorySegment> block =
          replace || !file.exists() ? copy(bytes) : Optional.<MemorySegment>empty();
      if (block.isPresent()) {
        file.write(block.get());
      }
      if (older.isPresent() && failure().isEmpty()) {
        Files.deleteIfExists(older.get().path());
      }
    } catch (IOException e) {
      fail(e.toString());
    }
  }

  /** Copies a block, whose memory may be used otherwise as soon as writing has failed. */
  private synchronized Optional<MemorySegment> copy(Supplier<MemorySegment> bytes) {
    return failure == null ? Optional.of(bytes.get()) : Optional.empty();
  }

  private synchronized void fail(String why) {
    failure = failure == null ? why : failure;
  }

  /** Returns the reason for which files were not written; empty if there is none. */
  synchronized Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Waits until all files are written, or writing has failed. No block is read afterwards.
   *
   * <p>Writing fails if it takes longer than {@value #LIMIT_SECONDS} s.
   */
  void await() {
    if (last == null || last.isDone() || failure().isPresent()) {
      return;
    }
    try {
      last.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      fail("not written within " + LIMIT_SECONDS + " s");
    } catch (ExecutionException e) {
      fail(e.getCause().toString());
    } catch (InterruptedException e) {
      fail("interrupted");
      Thread.currentThread().interrupt();
    }
  }

  /** Waits as {@link #await} does, and ends the thread. */
  @Override
  public void close() {
    await();
    thread.shutdownNow();
    try {
      // An interrupted write ends at once. It must have ended before the block's memory is freed.
      if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
        fail("not written within " + LIMIT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
