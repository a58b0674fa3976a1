package kvasir.launch.heartbeat;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** State of one rank, as the listener knows it. Thread-safe. */
final class Member {
  /** Stage of a rank's life. */
  enum State {
    EXPECTED,
    PRESENT,
    /** The connection has ended without a message; the launcher may know the reason. */
    GONE,
    LEFT
  }

  private final int rank;
  private State state = State.EXPECTED;
  private long since = System.nanoTime();
  private String activity = "starting";
  private String address = "";
  private String explanation = "";
  private long processId;
  private long moved;
  private Socket socket;
  private DataOutputStream out;

  Member(int rank) {
    this.rank = rank;
  }

  int rank() {
    return rank;
  }

  /**
   * Makes a connection that of this rank, if the rank has none yet.
   *
   * @param process process id of the rank on its host
   * @param welcome first message to the rank, sent before any beat
   * @return false if the rank has connected before
   * @throws IOException if the welcome cannot be sent
   */
  synchronized boolean join(Socket connection, long process, Frame welcome) throws IOException {
    if (state != State.EXPECTED) {
      return false;
    }
    socket = connection;
    processId = process;
    out = new DataOutputStream(new BufferedOutputStream(connection.getOutputStream()));
    move(State.PRESENT);
    welcome.write(out);
    return true;
  }

  /**
   * Records the process on this machine that is to become the rank, as reported by its launcher.
   */
  synchronized void startedAs(long process) {
    if (state == State.EXPECTED) {
      processId = process;
      moved = System.nanoTime();
    }
  }

  /**
   * Returns the nanoseconds for which the rank's process has been stopped; about 0 for a process
   * that runs or that is on another machine.
   */
  synchronized long standstill() {
    boolean here = processId != 0 && (socket == null || LocalProcess.at(socket));
    if (!here || !LocalProcess.stands(processId)) {
      moved = System.nanoTime();
    }
    return System.nanoTime() - moved;
  }

  synchronized void heard(String newActivity) {
    activity = newActivity.isEmpty() ? activity : newActivity;
    since = System.nanoTime();
  }

  /** Records the rank's address, in the form that its transport uses. */
  synchronized void reachedAt(String transportAddress) {
    address = transportAddress;
  }

  /** Records how the rank's process has ended, as reported by its launcher. */
  synchronized void explain(String how) {
    explanation = how;
  }

  /**
   * Records that the rank's process was killed. This is a loss even if the rank has finished its
   * work.
   */
  synchronized void killed(String how) {
    explanation = how;
    if (state == State.LEFT) {
      move(State.GONE);
    }
  }

  synchronized String explanation() {
    return explanation;
  }

  synchronized void move(State next) {
    state = next;
    since = System.nanoTime();
    moved = since;
  }

  synchronized State state() {
    return state;
  }

  /** Returns the nanoseconds since the rank's last message or change of state. */
  synchronized long silence() {
    return System.nanoTime() - since;
  }

  /**
   * Starts the measurement of silence again, because this process itself was stopped or the rank's
   * process is known to run.
   */
  synchronized void grant() {
    since = System.nanoTime();
  }

  /** Returns whether the rank's process is on this machine and runs, as the system reports. */
  synchronized boolean runsHere() {
    return socket != null && LocalProcess.at(socket) && LocalProcess.runs(processId);
  }

  synchronized String activity() {
    return activity;
  }

  synchronized long processId() {
    return processId;
  }

  /**
   * Returns the host as this process reaches it, a blank, and the rank's address in the form that
   * its transport uses; empty until both are known.
   */
  synchronized String address() {
    InetAddress host = socket == null ? null : socket.getInetAddress();
    return host == null || address.isEmpty() ? "" : host.getHostAddress() + " " + address;
  }

  /**
   * Sends a frame if the rank is connected. A broken connection is reported by the thread that
   * reads from it.
   */
  synchronized void send(Frame frame) {
    if (state == State.PRESENT) {
      try {
        frame.write(out);
      } catch (IOException e) {
        // The thread that reads this connection sees its end and reports it.
      }
    }
  }

  synchronized void close() {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // The connection is no longer needed.
      }
    }
  }
}
