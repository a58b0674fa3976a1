package kvasir.launch.heartbeat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * The listener's end of {@link RemoteInput}. It reads a piece of the input whenever rank 0 asks for
 * one, in a daemon thread that is started by the first request. Thread-safe.
 */
final class InputSender {
  private static final int PIECE_BYTES = 1 << 16;

  private final InputStream in;
  private final Semaphore wanted = new Semaphore(0);
  private boolean started;

  /**
   * Creates a sender.
   *
   * @param in the input, which stays the caller's and is not closed
   */
  InputSender(InputStream in) {
    this.in = in;
  }

  /** Sends the next piece, or the end, as soon as it can be read. */
  synchronized void send(Member member) {
    wanted.release();
    if (!started) {
      started = true;
      Thread.ofPlatform().name("input").daemon(true).start(() -> sendAll(member));
    }
  }

  private void sendAll(Member member) {
    Frame frame;
    do {
      wanted.acquireUninterruptibly();
      frame = next();
      member.send(frame);
    } while (frame.kind() == Frame.FrameKind.INPUT);
  }

  private Frame next() {
    try {
      byte[] piece = new byte[PIECE_BYTES];
      int count = in.read(piece);
      return count < 0
          ? Frame.of(Frame.FrameKind.INPUT_END)
          : new Frame(
              Frame.FrameKind.INPUT, new String(piece, 0, count, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      String reason = Optional.ofNullable(e.getMessage()).orElse("it cannot be read");
      return new Frame(Frame.FrameKind.INPUT_END, reason);
    }
  }
}
