package kvasir.launch;

import kvasir.cluster.Communicator;

/**
 * One rank's part of a piece of work. It owns the files that the work reads, until it is closed.
 */
public interface RankJob extends AutoCloseable {
  /**
   * Checks that ranks fit together; every rank of the world must call it.
   *
   * @throws kvasir.error.UserError on every rank, naming what differs
   */
  void agree(Communicator world);

  /**
   * Does the work together with all other ranks of the world.
   *
   * @param text text that the user gave for the work; null if there is none, and on other ranks
   *     than rank 0
   * @param context place of this rank
   * @return exit code of the command
   */
  int run(String text, RankContext context);

  /** Returns whether the work reads standard input. */
  boolean readsInput();

  /** Returns whether the process that starts the ranks does a part of the work. */
  boolean hasLead();

  /**
   * Does the part of the process that starts the ranks, and has them started.
   *
   * @param worlds the ranks
   * @return exit code of the command
   */
  int lead(Worlds worlds);

  @Override
  void close();
}
