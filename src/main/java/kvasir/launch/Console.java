package kvasir.launch;

import java.io.PrintStream;

/**
 * Standard output and standard error of the user's command. Ranks and launchers print only through
 * this interface. Thread-safe.
 */
public interface Console {
  /**
   * Name of the JVM property that tells whether standard error is a terminal. It is not passed on
   * to other processes.
   */
  String TERMINAL = "kvasir.terminal";

  /** Writes results to standard output and flushes them. */
  void write(byte[] results);

  /** Writes a line about the run to standard error. */
  void note(String line);

  /** Returns the stream to which lines of other processes are written: standard error. */
  PrintStream errors();

  /**
   * Stops drawing on the terminal, so that another process can use it.
   *
   * @return whether standard error is a terminal
   */
  boolean leaveTerminal();
}
