package kvasir.serve;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import kvasir.file.Json;

/** Answers to connections for which a server has no room, a few at a time. Thread-safe. */
final class Refusal {
  private static final int AT_A_TIME = 32;
  private static final int RETRY_SECONDS = 2;
  private static final Duration TIME = Duration.ofSeconds(1);

  private final Semaphore room = new Semaphore(AT_A_TIME);
  private final byte[] answer;

  /**
   * Creates the answer.
   *
   * @param connections number of connections that a server has at most
   */
  Refusal(int connections) {
    ApiError error =
        ApiError.overloaded(
            RETRY_SECONDS,
            "The server has %,d connections and takes no more now. Try again later."
                .formatted(connections));
    byte[] body = Json.bytes(error.json());
    StringBuilder text = new StringBuilder("HTTP/1.1 429 Too Many Requests\r\n");
    error.headers().forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
    text.append("Content-Type: application/json\r\nConnection: close\r\n");
    text.append("Content-Length: " + body.length + "\r\n\r\n");
    text.append(new String(body, StandardCharsets.UTF_8));
    this.answer = text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Answers and closes a connection, in a thread of its own. */
  void send(Socket socket) {
    if (!room.tryAcquire()) {
      close(socket);
      return;
    }
    Thread.ofVirtual()
        .name("refusal")
        .start(
            () -> {
              try {
                answer(socket);
              } finally {
                room.release();
              }
            });
  }

  private void answer(Socket socket) {
    try (socket) {
      socket.setSoTimeout((int) TIME.toMillis());
      socket.getOutputStream().write(answer);
      socket.shutdownOutput();
      // Bytes that nobody has read would let the system discard the answer.
      byte[] unread = new byte[4096];
      InputStream in = socket.getInputStream();
      long end = System.nanoTime() + TIME.toNanos();
      while (System.nanoTime() < end && in.read(unread) >= 0) {
        // What the client says does not matter.
      }
    } catch (IOException e) {
      // The client has left.
    }
  }

  /** Closes a connection without an answer. */
  static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed then.
    }
  }
}
