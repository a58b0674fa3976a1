package kvasir.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Thread that accepts connections until it is closed, whatever fails: the HTTP library's own ends
 * all connections, and never listens again, once the process has run out of file descriptors.
 */
final class AcceptLoop implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(1);

  private final ServerSocket server;
  private final Consumer<Socket> connections;
  private final Runnable makeRoom;
  private final Consumer<String> notes;
  private final Thread thread;
  private volatile boolean closed;
  private long lastNote;

  /**
   * Starts to listen.
   *
   * @param connections takes each connection, and returns at once
   * @param makeRoom closes connections, if that is possible
   * @param notes takes a line for the user
   * @throws UncheckedIOException if the port cannot be used
   */
  AcceptLoop(
      String host,
      int port,
      Consumer<Socket> connections,
      Runnable makeRoom,
      Consumer<String> notes) {
    this.connections = connections;
    this.makeRoom = makeRoom;
    this.notes = notes;
    this.lastNote = System.nanoTime() - BETWEEN_NOTES.toNanos();
    try {
      this.server = new ServerSocket(port, BACKLOG, InetAddress.getByName(host));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.thread = Thread.ofPlatform().name("http-accept").daemon(true).start(this::acceptAll);
  }

  /** Returns the port. */
  int port() {
    return server.getLocalPort();
  }

  private void acceptAll() {
    while (!closed) {
      try {
        connections.accept(server.accept());
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        recover(e);
      }
    }
  }

  private void recover(Throwable e) {
    if (closed) {
      return;
    }
    long now = System.nanoTime();
    if (now - lastNote >= BETWEEN_NOTES.toNanos()) {
      lastNote = now;
      notes.accept(
          "no connection can be accepted now: %s; see the limits of this process (ulimit -a)"
              .formatted(e.getMessage()));
    }
    makeRoom.run();
    LockSupport.parkNanos(PAUSE.toNanos());
  }

  @Override
  public void close() {
    closed = true;
    try {
      server.close();
      thread.join(Duration.ofSeconds(1));
    } catch (IOException e) {
      // The port is no longer needed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
