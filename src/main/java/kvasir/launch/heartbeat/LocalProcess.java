package kvasir.launch.heartbeat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process of this machine, as the system sees it. On a machine with far more threads than
 * processors a process can be silent for seconds without being lost: the system knows better.
 */
final class LocalProcess {
  private static final Path PROC = Path.of("/proc");

  /** States of proc(5) in which a process does not come back by itself: stopped, dead. */
  private static final String LOST = "TtZX";

  private LocalProcess() {}

  /** Whether the process at the other end of a connection is on this machine. */
  static boolean at(Socket connection) {
    InetAddress there = connection.getInetAddress();
    return there.isLoopbackAddress() || there.equals(connection.getLocalAddress());
  }

  /** Whether it is there and has not been stopped; false where the system does not say. */
  static boolean runs(long process) {
    return state(process).filter(state -> !LOST.contains(state)).isPresent();
  }

  /** Whether it has been stopped; false where the system does not say. */
  static boolean stands(long process) {
    return state(process).filter(LOST::contains).isPresent();
  }

  private static Optional<String> state(long process) {
    try {
      byte[] bytes = Files.readAllBytes(PROC.resolve(process + "/stat"));
      String stat = new String(bytes, StandardCharsets.ISO_8859_1);
      // The name, in parentheses, may hold anything.
      int state = stat.lastIndexOf(')') + 2;
      return state > 1 && state < stat.length()
          ? Optional.of(stat.substring(state, state + 1))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
