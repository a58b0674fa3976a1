package kvasir.measure;

/**
 * A median with its confidence interval.
 *
 * @param low end of the 95 % interval
 * @param high end of the 95 % interval
 * @param samples that it comes from
 */
public record Estimate(double median, double low, double high, int samples) {
  /** Whether two intervals share no value. */
  public boolean differsFrom(Estimate other) {
    return low > other.high || other.low > high;
  }
}
