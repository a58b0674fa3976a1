package kvasir.launch.heartbeat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * State of a process on this machine, read from {@code /proc}. On a machine with far more threads
 * than processors a process can be silent for seconds although it runs. The state tells such a
 * process from one that is stopped or dead.
 */
final class LocalProcess {
  private static final Path PROC = Path.of("/proc");

  /** States of {@code proc(5)} in which a process does not resume by itself: stopped or dead. */
  private static final String LOST = "TtZX";

  private LocalProcess() {}

  /** Returns whether the process at the other end of a connection is on this machine. */
  static boolean at(Socket connection) {
    InetAddress there = connection.getInetAddress();
    return there.isLoopbackAddress() || there.equals(connection.getLocalAddress());
  }

  /**
   * Returns whether a process exists and has not been stopped; false if the system does not say.
   */
  static boolean runs(long process) {
    return state(process).filter(state -> !LOST.contains(state)).isPresent();
  }

  /** Returns whether a process is stopped or dead; false if the system does not say. */
  static boolean stands(long process) {
    return state(process).filter(LOST::contains).isPresent();
  }

  private static Optional<String> state(long process) {
    try {
      byte[] bytes = Files.readAllBytes(PROC.resolve(process + "/stat"));
      String stat = new String(bytes, StandardCharsets.ISO_8859_1);
      // The name, in parentheses, may contain any character.
      int state = stat.lastIndexOf(')') + 2;
      return state > 1 && state < stat.length()
          ? Optional.of(stat.substring(state, state + 1))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
