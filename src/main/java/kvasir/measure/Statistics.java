package kvasir.measure;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Quantiles, medians and their confidence intervals. */
public final class Statistics {
  private static final int RESAMPLES = 2000;
  private static final double TAIL = 0.025;

  private Statistics() {}

  /** Returns the median of values in any order, at least one. */
  public static double median(double[] values) {
    return quantile(sorted(values), 0.5);
  }

  /**
   * Returns a quantile, interpolated linearly between neighbours.
   *
   * @param sorted values in ascending order, at least one
   * @param q 0 to 1
   */
  public static double quantile(double[] sorted, double q) {
    double index = q * (sorted.length - 1);
    int below = (int) index;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (index - below) * (sorted[above] - sorted[below]);
  }

  /**
   * Returns the median over processes of the medians of their samples. The interval is a percentile
   * bootstrap that draws processes first and then samples of each, so that it includes differences
   * between starts of a JVM (Kalibera and Jones, Rigorous benchmarking in reasonable time, 2013).
   *
   * @param processes samples of each process, at least one process and one sample each
   */
  public static Estimate bootstrap(List<double[]> processes) {
    double[] medians = processes.stream().mapToDouble(Statistics::median).toArray();
    // A fixed seed, so that the same data give the same interval.
    Random random = new Random(1);
    double[] drawn = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double[] one = new double[processes.size()];
      for (int p = 0; p < one.length; p++) {
        one[p] = resampledMedian(processes.get(random.nextInt(one.length)), random);
      }
      drawn[i] = median(one);
    }
    Arrays.sort(drawn);
    int samples = processes.stream().mapToInt(p -> p.length).sum();
    return new Estimate(median(medians), quantile(drawn, TAIL), quantile(drawn, 1 - TAIL), samples);
  }

  private static double resampledMedian(double[] samples, Random random) {
    double[] drawn = new double[samples.length];
    Arrays.setAll(drawn, i -> samples[random.nextInt(samples.length)]);
    return median(drawn);
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
