package kvasir.cluster.mpj;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kvasir.error.ClusterFailure;

/**
 * The launcher's side of niodev's start: collects each rank's ports and tells every rank all of
 * them. Listens only until all ranks have come, on the address that it is given.
 */
public final class Rendezvous implements AutoCloseable {
  /**
   * Longest message that is sent without asking. MPJ's own 128 KiB costs a thread and a round trip
   * for each longer one. A rank is at most one exchange ahead of another, so few wait unasked for.
   */
  private static final int EAGER_BYTES = 16 << 20;

  private static final String GREETING = "Sending Info";
  private static final int PATIENCE_MILLIS = 2_000;

  private final ServerSocket server;
  private final int ranks;

  /** What a rank said, and the connection on which it waits for the answer. */
  private record Guest(Socket socket, int writePort, int readPort, int rank) {}

  public Rendezvous(InetAddress address, int ranks) throws IOException {
    this.server = new ServerSocket();
    this.ranks = ranks;
    server.bind(new InetSocketAddress(address, 0), ranks + 8);
  }

  public int port() {
    return server.getLocalPort();
  }

  /** What MPI.Init takes as its configuration. */
  public static String configuration(String host, int port, int ranks) {
    return "#Number of Processes;"
        + ranks
        + ";#Protocol Switch Limit;"
        + EAGER_BYTES
        + ";#Server Name;"
        + host
        + ";#Server Port;"
        + port;
  }

  /**
   * Waits for all ranks and introduces them to each other.
   *
   * @throws ClusterFailure when they have not all come in time
   */
  public void introduce(Duration limit) {
    Guest[] guests = new Guest[ranks];
    long end = System.nanoTime() + limit.toNanos();
    List<Socket> open = new ArrayList<>();
    try {
      for (int present = 0; present < ranks; ) {
        Guest guest = accept(end, open);
        if (guest != null && guests[guest.rank()] == null) {
          guests[guest.rank()] = guest;
          present++;
        }
      }
      answer(guests);
    } catch (IOException e) {
      throw new ClusterFailure(-1, -1, "the ranks did not all start within " + limit, e);
    } finally {
      open.forEach(Rendezvous::closeQuietly);
    }
  }

  /** The next guest; null for a visitor that does not speak as a rank does. */
  private Guest accept(long end, List<Socket> open) throws IOException {
    long left = (end - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("time is up");
    }
    server.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
    Socket socket = server.accept();
    open.add(socket);
    socket.setSoTimeout(PATIENCE_MILLIS);
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      String greeting = in.readUTF();
      Guest guest = new Guest(socket, in.readInt(), in.readInt(), in.readInt());
      boolean known = greeting.equals(GREETING) && guest.rank() >= 0 && guest.rank() < ranks;
      return known ? guest : null;
    } catch (IOException e) {
      closeQuietly(socket);
      return null;
    }
  }

  private static void answer(Guest[] guests) throws IOException {
    StringBuilder peers = new StringBuilder("#Peer Information");
    for (Guest guest : guests) {
      peers
          .append(';')
          .append(guest.socket().getInetAddress().getHostAddress())
          .append('@')
          .append(guest.readPort())
          .append('@')
          .append(guest.writePort())
          .append('@')
          .append(guest.rank())
          .append("@0");
    }
    for (Guest guest : guests) {
      DataOutputStream out = new DataOutputStream(guest.socket().getOutputStream());
      out.writeUTF(peers.toString());
      out.flush();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The peer is gone already, which is what closing is for.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
