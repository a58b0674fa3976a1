package kvasir.launch.heartbeat;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;
import kvasir.error.ClusterFailure;

/**
 * A connection to the listener, which has accepted its token. The receiver owns the socket.
 *
 * @param in bytes from the listener behind its welcome
 * @param out bytes to the listener, buffered
 */
record Connection(Socket socket, DataInputStream in, DataOutputStream out, Frame.Welcome welcome) {
  /** Number in the greeting of rank 0's connection for the work itself. */
  static final int WORK = -1;

  private static final int CONNECT_MILLIS = 10_000;
  private static final int ATTEMPTS = 4;
  private static final long PAUSE_NANOS = 25_000_000;

  /**
   * Connects to the listener.
   *
   * @param number number of this rank, or {@link #WORK}
   * @throws ClusterFailure if the listener cannot be reached or does not accept token and number
   */
  static Connection to(InetSocketAddress listener, RunToken token, int number) {
    IOException failure = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // With many foreign connections the listener may close this one before it has read the token.
      LockSupport.parkNanos(failure == null ? 0 : PAUSE_NANOS << attempt);
      try {
        return attempt(listener, token, number);
      } catch (IOException e) {
        failure = e;
      }
    }
    throw new ClusterFailure(
        number,
        -1,
        "cannot reach what started this run at " + listener + ": " + failure.getMessage(),
        failure);
  }

  private static Connection attempt(InetSocketAddress listener, RunToken token, int number)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(listener, CONNECT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(CONNECT_MILLIS);
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
      out.write(token.bytes());
      out.writeInt(number);
      out.writeLong(ProcessHandle.current().pid());
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      Frame.Welcome welcome = Frame.read(in).welcome();
      socket.setSoTimeout(0);
      return new Connection(socket, in, out, welcome);
    } catch (IOException e) {
      closeQuietly(socket);
      throw e;
    }
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // The connection is no longer needed.
    }
  }
}
