package kvasir.launch.heartbeat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Standard input of the user's command, read by rank 0 over its connection to the listener. The
 * listener is asked for one piece at a time, when all bytes before it have been read, so that
 * nothing is held ahead of its use. A read waits without a limit, as it does for a terminal; if the
 * listener is lost, the process ends. Read by one thread.
 */
final class RemoteInput extends InputStream {
  /** A piece of the input, or its end with the reason of a failure. */
  private sealed interface Part {
    record Bytes(byte[] bytes) implements Part {}

    record End(Optional<String> failure) implements Part {}
  }

  private final Runnable want;
  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
  private byte[] piece = new byte[0];
  private int next;
  private Optional<Part.End> end = Optional.empty();

  /**
   * Creates an input of which nothing has been read.
   *
   * @param want asks the listener for the next piece
   */
  RemoteInput(Runnable want) {
    this.want = want;
  }

  /** Takes the next piece; called by the thread that reads the connection. */
  void received(byte[] bytes) {
    parts.add(new Part.Bytes(bytes));
  }

  /**
   * Takes the end of the input; called by the thread that reads the connection.
   *
   * @param failure the reason for which the input cannot be read; empty at its regular end
   */
  void ended(String failure) {
    parts.add(new Part.End(Optional.of(failure).filter(reason -> !reason.isEmpty())));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (next == piece.length && !nextPiece()) {
      return -1;
    }
    int count = Math.min(length, piece.length - next);
    System.arraycopy(piece, next, target, offset, count);
    next += count;
    return count;
  }

  /** Waits for the next piece; returns false at the end. */
  private boolean nextPiece() throws IOException {
    if (end.isEmpty()) {
      want.run();
      switch (take()) {
        case Part.Bytes(byte[] bytes) -> {
          piece = bytes;
          next = 0;
          return true;
        }
        case Part.End last -> end = Optional.of(last);
      }
    }
    Optional<String> failure = end.get().failure();
    if (failure.isPresent()) {
      throw new IOException(failure.get());
    }
    return false;
  }

  private Part take() throws IOException {
    try {
      return parts.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for standard input", e);
    }
  }
}
