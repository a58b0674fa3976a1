package kvasir.launch;

import kvasir.cluster.Communicator;

/** Kinds of work that ranks can do. */
public interface Jobs {
  /** Returns the width of the vectors that this JVM computes with, in bits. */
  int vectorBits();

  /**
   * Checks that ranks fit together; every rank of the world must call it.
   *
   * @throws kvasir.error.UserError on every rank, naming what differs
   */
  void agree(Order order, Communicator world);

  /**
   * Does a piece of work together with all other ranks of the world.
   *
   * @param order the work and its settings
   * @param context place of this rank
   * @return exit code of the command
   */
  int run(Order order, RankContext context);
}
