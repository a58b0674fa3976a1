package kvasir.attention;

import java.util.Arrays;

/**
 * Share of the softmax weight that one rank's keys received, for each head of each layer, summed
 * over tokens. The sums of all ranks add up to the number of tokens. These are statistics and not
 * part of a result, so they are kept in double. Not thread-safe.
 */
public final class AttentionMass {
  private final int heads;
  private final double[] mass;
  private final long[] tokens;

  /** Creates empty sums for a model's layers and query heads. */
  public AttentionMass(int layers, int heads) {
    this.heads = heads;
    this.mass = new double[layers * heads];
    this.tokens = new long[layers * heads];
  }

  /**
   * Adds a token.
   *
   * @param share share of its weight that this rank's keys received, 0 to 1
   */
  void add(int layer, int head, double share) {
    mass[layer * heads + head] += share;
    tokens[layer * heads + head]++;
  }

  /**
   * Returns the share of a partial state in the state of the whole row, or 0 for a state without
   * keys.
   *
   * @param max largest score of the partial state
   * @param sum sum of the partial state
   * @param totalMax largest score of the whole row
   * @param totalSum sum of the whole row
   */
  static double share(float max, float sum, float totalMax, float totalSum) {
    return max == Float.NEGATIVE_INFINITY ? 0 : sum * Math.exp((double) max - totalMax) / totalSum;
  }

  /** Sets all sums to zero. */
  public void reset() {
    Arrays.fill(mass, 0);
    Arrays.fill(tokens, 0);
  }

  /** Returns this rank's share over all layers and heads, 0 to 1; 0 before any token. */
  public double share() {
    return Arrays.stream(headShares()).average().orElse(0);
  }

  /**
   * Returns this rank's share for each head, {@code [layers, heads]}, each 0 to 1; 0 before any
   * token.
   */
  public double[] headShares() {
    double[] shares = new double[mass.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = tokens[i] == 0 ? 0 : mass[i] / tokens[i];
    }
    return shares;
  }
}
