package kvasir.launch;

import kvasir.cluster.Communicator;

/** The kinds of work that ranks can do. */
public interface Jobs {
  /** Returns the width of the vectors that this JVM computes with, in bits. */
  int vectorBits();

  /** Refuses by name ranks that do not fit together; every rank of the world calls it. */
  void agree(Order order, Communicator world);

  /**
   * Does a piece of work together with all other ranks of the world.
   *
   * @return the exit code of the command
   */
  int run(Order order, RankContext context);
}
