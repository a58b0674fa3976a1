package kvasir.engine.batch;

/**
 * Running estimate of the time of a step: a fixed part, a part for each row, and a part for each
 * key that a row attends.
 *
 * <p>After each step the three parts are multiplied by powers of the ratio of observed to estimated
 * time, in proportion to their share of the estimate. This is gradient descent on the square of the
 * logarithm of that ratio, with the logarithms of the parts as variables (the exponentiated
 * gradient of Kivinen and Warmuth, 1997), so the parts stay positive. A single ratio counts for no
 * more than a factor of four, so that one step that was interrupted changes little. Not
 * thread-safe.
 */
public final class StepCost {
  private static final double RATE = 0.3;
  private static final double LARGEST_LOG_RATIO = Math.log(4);
  private static final double LEAST_NANOS = 1e-3;
  private static final double MOST_NANOS = 1e15;

  private double fixed;
  private double perRow;
  private double perKey;
  private boolean observed;

  /** Creates the estimate for a step of a small model; the first observation scales it. */
  public StepCost() {
    this(5e6, 1e6, 300);
  }

  /**
   * Creates an estimate.
   *
   * @param fixed nanoseconds of a step without rows
   * @param perRow nanoseconds of a row without its keys
   * @param perKey nanoseconds of a key of a row
   */
  public StepCost(double fixed, double perRow, double perKey) {
    this.fixed = bounded(fixed);
    this.perRow = bounded(perRow);
    this.perKey = bounded(perKey);
  }

  /** Returns the estimated nanoseconds of a step. */
  public double nanos(long rows, long keys) {
    return fixed + perRow * rows + perKey * keys;
  }

  /**
   * Returns the largest number of rows from a position on that fit into a time.
   *
   * @param nanos nanoseconds, without the fixed part; none fit into a time of 0 or less
   * @param position number of tokens before the first row
   * @param most largest number to return
   */
  public int rowsWithin(double nanos, int position, int most) {
    if (!(nanos > 0)) {
      return 0;
    }
    // The larger root of perKey / 2 n^2 + b n - nanos, in the form that does not cancel.
    double b = perRow + perKey * (position + 0.5);
    double rows = 2 * nanos / (b + Math.sqrt(b * b + 2 * perKey * nanos));
    return rows < most ? (int) rows : most;
  }

  /**
   * Takes note of a step's time. Steps without rows, and times that are not positive, are ignored.
   */
  public void observe(long rows, long keys, long nanos) {
    if (rows < 1 || nanos < 1) {
      return;
    }
    double estimate = nanos(rows, keys);
    double ratio = Math.log(nanos / estimate);
    if (!observed) {
      observed = true;
      scale(Math.exp(ratio), Math.exp(ratio), Math.exp(ratio));
      return;
    }
    double step = RATE * Math.clamp(ratio, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO);
    scale(
        Math.exp(step * fixed / estimate),
        Math.exp(step * perRow * rows / estimate),
        Math.exp(step * perKey * keys / estimate));
  }

  private void scale(double fixedBy, double rowBy, double keyBy) {
    fixed = bounded(fixed * fixedBy);
    perRow = bounded(perRow * rowBy);
    perKey = bounded(perKey * keyBy);
  }

  private static double bounded(double nanos) {
    return Math.clamp(nanos, LEAST_NANOS, MOST_NANOS);
  }
}
