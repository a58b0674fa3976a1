package kvasir.engine.remote;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import kvasir.engine.batch.NumberReader;
import kvasir.engine.batch.NumberWriter;
import kvasir.engine.serving.ByteQueue;

/**
 * One end of a connection that carries messages in both directions. What is sent waits for a thread
 * of its own, so that the sender does not wait for the network. Only if the other side takes
 * nothing for so long that the bound of what waits is reached, senders wait too. Owns the socket.
 * {@link #send} and {@link #close} are thread-safe.
 */
final class MessageLine implements AutoCloseable {
  /** Largest length of a message: a prompt of millions of tokens. */
  static final int LARGEST = 1 << 26;

  private static final int MOST_WAITING = 1 << 26;
  private static final int BUFFER = 1 << 16;

  private static final Duration LAST_MESSAGES = Duration.ofSeconds(2);

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final ByteQueue waiting = new ByteQueue(MOST_WAITING);
  private final Thread sender;

  /** Creates an end, and starts the thread that sends. */
  MessageLine(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER));
    this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER));
    this.sender = Thread.ofPlatform().name("engine-line").daemon(true).start(this::sendAll);
  }

  /** Sends a message; ignored once this end is closed. */
  void send(NumberWriter message) {
    // False once this end is closed.
    boolean unused = waiting.put(message.bytes());
  }

  /**
   * Returns the next message, and waits for it; empty at the end of the connection.
   *
   * @throws IOException if the connection fails, or carries something else
   */
  Optional<NumberReader> receive() throws IOException {
    int first = in.read();
    if (first < 0) {
      return Optional.empty();
    }
    int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
    if (length < 0 || length > LARGEST) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("half a message");
    }
    return Optional.of(new NumberReader(bytes));
  }

  private void sendAll() {
    try {
      for (Optional<byte[]> next = next(); next.isPresent(); next = next()) {
        out.writeInt(next.get().length);
        out.write(next.get());
      }
      out.flush();
    } catch (IOException e) {
      // The receiving thread sees the end of the connection too.
    } finally {
      shut();
    }
  }

  /** Returns the next message to send; empty once this end is closed and nothing waits. */
  private Optional<byte[]> next() throws IOException {
    Optional<byte[]> next = waiting.poll();
    if (next.isEmpty()) {
      out.flush();
      next = waiting.take();
    }
    return next;
  }

  /**
   * Closes the connection when what waits has been sent, and waits for that, but not longer than a
   * peer that lives may take.
   */
  @Override
  public void close() {
    waiting.end();
    try {
      sender.join(LAST_MESSAGES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the connection at once. */
  void shut() {
    waiting.end();
    try {
      socket.close();
    } catch (IOException e) {
      // The connection is no longer needed.
    }
  }
}
