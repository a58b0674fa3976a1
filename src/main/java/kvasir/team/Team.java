package kvasir.team;

import kvasir.measure.StepClock;

/**
 * A team of threads in the manner of OpenMP: the same threads serve every parallel region, the
 * calling thread is member 0, and a region ends when all members have finished. Starting a region
 * allocates nothing when the body is not a fresh lambda.
 */
public interface Team extends AutoCloseable {
  /** Body of a parallel region. */
  @FunctionalInterface
  interface Body {
    /**
     * Computes one member's share.
     *
     * @param member number of the member, 0 to {@code members - 1}
     * @param members number of members
     */
    void run(int member, int members);
  }

  /** Returns the number of threads of this team, including the caller. */
  int size();

  /**
   * Runs the body once on every member, and returns when all have finished. If a member throws, its
   * exception is rethrown to the caller after all members have finished. Must be called by one
   * thread at a time.
   */
  void run(Body body);

  /** Returns the clock that splits the time of the thread that drives this team. */
  StepClock clock();

  /** Ends the threads of this team, except the caller's. */
  @Override
  void close();
}
