package kvasir.launch.heartbeat;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A rank as the listener sees it. Safe for several threads. */
final class Member {
  /** How far a rank has come. */
  enum State {
    EXPECTED,
    PRESENT,
    /** Its connection has ended without a word; its launcher may know why. */
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
   * Takes the rank's connection; false when it has one already.
   *
   * @param welcome the first that it is told, before any beat
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

  /** The process of this machine that is to become the rank, by its launcher's word. */
  synchronized void startedAs(long process) {
    if (state == State.EXPECTED) {
      processId = process;
      moved = System.nanoTime();
    }
  }

  /** Nanoseconds for which the rank's process, on this machine, has been stopped. */
  synchronized long standstill() {
    boolean here = processId != 0 && (socket == null || LocalProcess.at(socket));
    if (!here || !LocalProcess.stands(processId)) {
      moved = System.nanoTime();
    }
    return System.nanoTime() - moved;
  }

  synchronized void heard(String doing) {
    activity = doing.isEmpty() ? activity : doing;
    since = System.nanoTime();
  }

  /** The rank's address in its transport's words. */
  synchronized void reachedAt(String where) {
    address = where;
  }

  /** How the rank's process has ended, by its launcher's word. */
  synchronized void explain(String how) {
    explanation = how;
  }

  /** As {@link #explain}, of an end that is a loss even where the rank had done its work. */
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

  /** Nanoseconds since the rank was last heard, or came into this state. */
  synchronized long silence() {
    return System.nanoTime() - since;
  }

  /** Forgets the silence so far: this process has not listened. */
  synchronized void grant() {
    since = System.nanoTime();
  }

  /** Whether the system says that the silent process is there and running. */
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
   * The host as this process reaches it, a blank, the rank's own words; empty until it is known.
   */
  synchronized String address() {
    InetAddress host = socket == null ? null : socket.getInetAddress();
    return host == null || address.isEmpty() ? "" : host.getHostAddress() + " " + address;
  }

  /** Sends where there is a connection; one that is broken is its reader's to report. */
  synchronized void send(Frame frame) {
    if (state == State.PRESENT) {
      try {
        frame.write(out);
      } catch (IOException e) {
        // The reader of this connection sees its end and says so.
      }
    }
  }

  synchronized void close() {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is given up anyway.
      }
    }
  }
}
