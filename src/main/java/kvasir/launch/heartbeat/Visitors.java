package kvasir.launch.heartbeat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Connections that have not yet proved to belong to a rank. Each has one time limit for its whole
 * greeting, however slowly it sends. Their number is limited: when there are too many, the oldest
 * connection of the address with the most connections is closed. A rank greets within milliseconds,
 * so other connections, however many, cannot keep it out. Thread-safe.
 */
public final class Visitors implements AutoCloseable {
  /** Interval at which connections are checked while no new one comes. */
  private static final int TICK_MILLIS = 250;

  private final int maxPerAddress;
  private final int maxTotal;
  private final long patienceNanos;

  /** Arrival time of each connection, the oldest first. */
  private final Map<Socket, Long> since = new LinkedHashMap<>();

  /**
   * Creates an empty set of connections.
   *
   * @param maxPerAddress limit of open connections from one address
   * @param maxTotal limit of open connections from all addresses
   * @param patienceNanos time limit of one greeting in nanoseconds
   */
  public Visitors(int maxPerAddress, int maxTotal, long patienceNanos) {
    this.maxPerAddress = maxPerAddress;
    this.maxTotal = maxTotal;
    this.patienceNanos = patienceNanos;
  }

  /**
   * Accepts connections until the server is closed, and closes those whose time limit has passed.
   * Returns when the server is closed.
   *
   * @param server socket to accept from; the caller closes it
   * @param serve reads one connection from its first byte to its last; called in a new virtual
   *     thread for each connection
   */
  public void receive(ServerSocket server, Consumer<Socket> serve) {
    while (!server.isClosed()) {
      try {
        server.setSoTimeout(TICK_MILLIS);
        Socket visitor = server.accept();
        add(visitor);
        Thread.ofVirtual().start(() -> serve(visitor, serve));
      } catch (SocketTimeoutException e) {
        // No connection came within the tick.
      } catch (IOException e) {
        // The server was closed, or the visitor disconnected before it was accepted.
        LockSupport.parkNanos(1_000_000);
      }
      expire();
    }
  }

  private void serve(Socket visitor, Consumer<Socket> serve) {
    try {
      serve.accept(visitor);
    } finally {
      remove(visitor);
    }
  }

  /** Adds a connection, and closes an older one if there are too many. */
  void add(Socket visitor) {
    List<Socket> leaving = new ArrayList<>();
    synchronized (this) {
      since.put(visitor, System.nanoTime());
      if (count(visitor.getInetAddress()) > maxPerAddress) {
        leaving.add(oldestOf(visitor.getInetAddress()));
      }
      if (since.size() - leaving.size() > maxTotal) {
        leaving.add(oldestOf(busiestAddress()));
      }
      leaving.forEach(since::remove);
    }
    leaving.forEach(Visitors::shut);
  }

  /**
   * Removes a connection whose greeting is complete or that has ended. The connection stays open.
   *
   * @return false if the connection has been closed in the meantime
   */
  public synchronized boolean remove(Socket visitor) {
    return since.remove(visitor) != null;
  }

  /** Closes the connections whose time limit has passed. */
  void expire() {
    List<Socket> late = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      Iterator<Map.Entry<Socket, Long>> all = since.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<Socket, Long> visitor = all.next();
        if (now - visitor.getValue() > patienceNanos) {
          late.add(visitor.getKey());
          all.remove();
        }
      }
    }
    late.forEach(Visitors::shut);
  }

  /** Closes all connections in this set. */
  @Override
  public void close() {
    List<Socket> all;
    synchronized (this) {
      all = List.copyOf(since.keySet());
      since.clear();
    }
    all.forEach(Visitors::shut);
  }

  private long count(InetAddress address) {
    return since.keySet().stream().filter(s -> s.getInetAddress().equals(address)).count();
  }

  private Socket oldestOf(InetAddress address) {
    return since.keySet().stream()
        .filter(s -> s.getInetAddress().equals(address))
        .findFirst()
        .orElseThrow();
  }

  private InetAddress busiestAddress() {
    return since.keySet().stream()
        .map(Socket::getInetAddress)
        .max((a, b) -> Long.compare(count(a), count(b)))
        .orElseThrow();
  }

  private static void shut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The connection is no longer needed.
    }
  }
}
