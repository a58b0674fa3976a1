package kvasir.launch;

/** Kinds of work that ranks can do. */
public interface Jobs {
  /** Returns the width of the vectors that this JVM computes with, in bits. */
  int vectorBits();

  /**
   * Returns one rank's part of a piece of work, which the caller closes.
   *
   * @param order the work and its settings
   */
  RankJob open(Order order);
}
