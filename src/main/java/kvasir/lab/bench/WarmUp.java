package kvasir.lab.bench;

import kvasir.measure.SteadyState;

/**
 * The rule by which the untimed runs before a test end.
 *
 * @param steady true to end when times stop changing
 * @param seconds duration of the warm-up, or its limit if {@code steady} is true
 */
public record WarmUp(boolean steady, double seconds) {
  /** Returns true if there have been enough runs. */
  boolean over(SteadyState state) {
    return state.seconds() >= seconds || (steady && state.reached());
  }

  /** Returns true if there may be more runs. */
  boolean goesOn(SteadyState state) {
    return steady && state.seconds() < seconds;
  }

  /** Returns true if the warm-up ended as it should. */
  boolean good(SteadyState state) {
    return !steady || state.reached();
  }
}
