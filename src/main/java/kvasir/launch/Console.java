package kvasir.launch;

import java.io.PrintStream;

/**
 * Standard output and standard error as the user sees them. Ranks and launchers print by it alone.
 * Safe for several threads.
 */
public interface Console {
  /** JVM property: whether standard error is a terminal; not handed on to other processes. */
  String TERMINAL = "kvasir.terminal";

  /** Writes results to standard output, at once. */
  void write(byte[] results);

  /** Writes a line about the run to standard error. */
  void note(String line);

  /** Returns standard error for lines of other processes. */
  PrintStream errors();

  /** Leaves the terminal to another process; returns whether there is one. */
  boolean leaveTerminal();
}
