package kvasir.launch;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import kvasir.error.ClusterFailure;
import kvasir.launch.heartbeat.HeartbeatClient;
import kvasir.launch.heartbeat.Visitors;

/**
 * Server that plays the launcher's part when niodev, MPJ's device, starts, within the process of
 * the rank. niodev's messages carry no secret. So niodev connects over the loopback, and this class
 * exchanges the addresses over the rank's authenticated side channel. It owns its port and its
 * thread until {@link #close}.
 */
public final class Introduction implements AutoCloseable {
  /**
   * Eager limit in bytes: longest message that is sent before its receiver asks for it. With MPJ's
   * own limit of 128 KiB each longer message costs a thread and a round trip. A rank is at most one
   * exchange ahead of another, so few messages wait for their receiver.
   */
  private static final int EAGER_BYTES = 16 << 20;

  private static final String GREETING = "Sending Info";

  /**
   * Largest number of open connections. Other processes on this host may connect before niodev
   * does, and send nothing.
   */
  private static final int MOST_VISITORS = 16;

  private static final long PATIENCE_NANOS = 2_000_000_000;

  private final ServerSocket server;
  private final Visitors visitors = new Visitors(MOST_VISITORS, MOST_VISITORS, PATIENCE_NANOS);
  private final AtomicBoolean introduced = new AtomicBoolean();
  private final HeartbeatClient line;
  private final int rank;
  private final Duration limit;

  public Introduction(HeartbeatClient line, int rank, Duration limit) {
    this.line = line;
    this.rank = rank;
    this.limit = limit;
    try {
      this.server = new ServerSocket();
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MOST_VISITORS);
    } catch (IOException e) {
      throw failed(e);
    }
    Thread.ofPlatform().name("introduction").daemon(true).start(this::receive);
  }

  /**
   * Returns the configuration text for {@code MPI.Init}.
   *
   * @param ranks number of ranks in the world
   */
  public String configuration(int ranks) {
    return "#Number of Processes;"
        + ranks
        + ";#Protocol Switch Limit;"
        + EAGER_BYTES
        + ";#Server Name;"
        + server.getInetAddress().getHostAddress()
        + ";#Server Port;"
        + server.getLocalPort();
  }

  private void receive() {
    visitors.receive(server, this::serve);
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      String greeting = in.readUTF();
      int writePort = in.readInt();
      int readPort = in.readInt();
      if (!greeting.equals(GREETING)
          || in.readInt() != rank
          || !visitors.remove(socket)
          || !introduced.compareAndSet(false, true)) {
        throw new IOException("no words of niodev's");
      }
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeUTF(peers(line.introduce(readPort + "@" + writePort, limit)));
      out.flush();
    } catch (IOException e) {
      // Another process connected. If it was niodev, it waits for an answer until the rank's
      // deadline.
    }
  }

  /**
   * Returns the ranks' addresses in niodev's form.
   *
   * @param addresses host, a blank, read port, {@code @}, write port of each rank
   */
  static String peers(List<String> addresses) {
    StringBuilder peers = new StringBuilder("#Peer Information");
    for (int rank = 0; rank < addresses.size(); rank++) {
      peers
          .append(';')
          .append(addresses.get(rank).replace(' ', '@'))
          .append('@')
          .append(rank)
          .append("@0");
    }
    return peers.toString();
  }

  private ClusterFailure failed(IOException e) {
    return new ClusterFailure(rank, -1, "no port on the loopback: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      // The port is given back when the process ends.
    }
    visitors.close();
  }
}
