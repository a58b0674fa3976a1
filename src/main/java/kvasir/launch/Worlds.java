package kvasir.launch;

/**
 * Worlds that do the same order, one after the other: a new one follows the loss of a rank, on the
 * hosts that are left. Thread-safe.
 */
public interface Worlds {
  /**
   * Starts the first world, and waits for the end of the last one. Called once.
   *
   * @param lead the launcher's part of the work
   * @return exit code of the last world
   */
  int run(Lead lead);

  /** Ends the ranks at once and starts no more; {@link #run} then returns 0. */
  void stop();
}
