package kvasir.cli.chat;

import java.util.Optional;

/** Source of what the user types. Used by one thread at a time. */
public interface LineInput extends AutoCloseable {
  /**
   * Reads a line.
   *
   * @param more whether it continues the line before it
   * @return the line without its end; empty at the end of the input
   */
  Optional<String> read(boolean more);

  /** Has Ctrl-C run an action, until the next line is read. */
  void onInterrupt(Runnable action);

  /** Returns whether a person sits at a terminal. */
  boolean interactive();

  @Override
  void close();
}
