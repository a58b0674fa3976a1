package kvasir.lab.bench;

import kvasir.measure.SteadyState;

/**
 * How long untimed runs go on before each test.
 *
 * @param steady until times stop to change, so many seconds at most; else so many seconds
 */
public record WarmUp(boolean steady, double seconds) {
  /** Whether the runs so far are enough. */
  boolean over(SteadyState state) {
    return state.seconds() >= seconds || (steady && state.reached());
  }

  /** Whether there may be more of them. */
  boolean goesOn(SteadyState state) {
    return steady && state.seconds() < seconds;
  }

  /** Whether they ended as they should. */
  boolean good(SteadyState state) {
    return !steady || state.reached();
  }
}
