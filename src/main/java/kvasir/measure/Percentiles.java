package kvasir.measure;

import java.util.Arrays;

/**
 * The median and the upper percentiles of some values, as {@link Statistics#quantile} defines them.
 *
 * @param count number of values; without values all percentiles are 0
 * @param p50 median
 * @param p95 value that 95 % of the values do not exceed
 * @param p99 value that 99 % of the values do not exceed
 */
public record Percentiles(long count, double p50, double p95, double p99) {
  /** Returns the percentiles of values in any order, which are not changed. */
  public static Percentiles of(double[] values) {
    if (values.length == 0) {
      return new Percentiles(0, 0, 0, 0);
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Percentiles(
        sorted.length,
        Statistics.quantile(sorted, 0.5),
        Statistics.quantile(sorted, 0.95),
        Statistics.quantile(sorted, 0.99));
  }
}
