package kvasir.team;

import kvasir.measure.StepClock;

/**
 * A team of threads in the manner of OpenMP: the same threads serve every parallel region, the
 * calling thread is member 0, and a region ends when all members have finished. Starting a region
 * allocates nothing when the body is not a fresh lambda.
 */
public interface Team extends AutoCloseable {
  /** One member's share of a region. */
  @FunctionalInterface
  interface Body {
    void run(int member, int members);
  }

  /** Threads of this team, the caller's included. */
  int size();

  /**
   * Runs the body once on every member. A throw of any member is rethrown here after all have
   * ended.
   */
  void run(Body body);

  /** Splits the time of the thread that drives this team. */
  StepClock clock();

  @Override
  void close();
}
