package kvasir.attention;

/**
 * How much of the softmax weight one rank's keys received, summed over heads, tokens and layers.
 * The masses of all ranks add up to the number of rows. Not part of the result, so kept in double.
 */
public final class AttentionMass {
  private double mass;
  private long rows;

  void add(float max, float sum, float totalMax, float totalSum) {
    if (max != Float.NEGATIVE_INFINITY) {
      mass += sum * Math.exp((double) max - totalMax) / totalSum;
    }
  }

  void countRows(long count) {
    rows += count;
  }

  /** Rows whose every key stands on this rank. */
  void addAll(long count) {
    mass += count;
    rows += count;
  }

  /** Forgets all rows so far. */
  public void reset() {
    mass = 0;
    rows = 0;
  }

  /** This rank's share, 0 to 1; 0 before any row. */
  public double share() {
    return rows == 0 ? 0 : mass / rows;
  }
}
