package kvasir.measure;

/**
 * A median with its 95 % confidence interval.
 *
 * @param median the estimate, in the unit of its samples
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param samples number of samples it was computed from
 */
public record Estimate(double median, double low, double high, int samples) {
  /** Returns whether this interval and another one do not overlap. */
  public boolean differsFrom(Estimate other) {
    return low > other.high || other.low > high;
  }
}
