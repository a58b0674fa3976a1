package kvasir.serve;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The open connections of a server, and their bound. If there is no room for a new one, those that
 * have waited longest for a request, or for the rest of one, are closed: clients that open many
 * connections and send nothing keep nobody else out. Thread-safe.
 */
final class OpenConnections {
  /** Part of all connections that is closed at a time, so that not each new one needs a search. */
  private static final int PART = 64;

  private final int limit;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final LongAdder displaced = new LongAdder();
  private final LongAdder refused = new LongAdder();

  /**
   * Creates an empty set.
   *
   * @param limit largest number of connections
   */
  OpenConnections(int limit) {
    this.limit = limit;
  }

  /** A connection and the time for which it has waited. */
  private record Waiting(Connection connection, long nanos) {}

  /**
   * Adds a connection; called by one thread.
   *
   * @return false if there is no room, since all others have requests that are being answered
   */
  boolean add(Connection connection) {
    if (open.size() >= limit && !makeRoom()) {
      refused.increment();
      return false;
    }
    open.add(connection);
    return true;
  }

  /** Removes a connection that has ended. */
  void remove(Connection connection) {
    open.remove(connection);
  }

  /** Closes connections that have waited longest for a request, and returns whether any did. */
  boolean makeRoom() {
    long now = System.nanoTime();
    List<Waiting> longest =
        open.stream()
            .filter(connection -> connection.bytes().waitingSince().isPresent())
            .map(c -> new Waiting(c, now - c.bytes().waitingSince().orElse(now)))
            .sorted(Comparator.comparingLong(Waiting::nanos).reversed())
            .limit(Math.max(1, limit / PART))
            .toList();
    longest.forEach(waiting -> displace(waiting.connection()));
    return !longest.isEmpty();
  }

  private void displace(Connection connection) {
    if (open.remove(connection)) {
      displaced.increment();
      connection.cut();
    }
  }

  /** Closes all connections, or only those without a request that is being answered. */
  void cut(boolean all) {
    for (Connection connection : open) {
      if (all || connection.bytes().waitingSince().isPresent()) {
        connection.cut();
      }
    }
  }

  /** Returns the largest number of connections. */
  int limit() {
    return limit;
  }

  /** Returns the number of connections. */
  int count() {
    return open.size();
  }

  /** Returns the number of connections that were closed for newer ones. */
  long displaced() {
    return displaced.sum();
  }

  /** Returns the number of connections for which there was no room. */
  long refused() {
    return refused.sum();
  }
}
