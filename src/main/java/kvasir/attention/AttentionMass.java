package kvasir.attention;

import java.util.Arrays;

/**
 * How much of the softmax weight one rank's keys received, for each head of each layer, summed over
 * tokens. The masses of all ranks add up to the number of tokens. Not part of the result, so kept
 * in double. One thread at a time.
 */
public final class AttentionMass {
  private final int heads;
  private final double[] mass;
  private final long[] tokens;

  /** For a model's layers and query heads. */
  public AttentionMass(int layers, int heads) {
    this.heads = heads;
    this.mass = new double[layers * heads];
    this.tokens = new long[layers * heads];
  }

  /** Counts a token of which this rank's keys received a share, 0 to 1. */
  void add(int layer, int head, double share) {
    mass[layer * heads + head] += share;
    tokens[layer * heads + head]++;
  }

  /** The share of a partial state in the whole row's state; 0 where it has seen no key. */
  static double share(float max, float sum, float totalMax, float totalSum) {
    return max == Float.NEGATIVE_INFINITY ? 0 : sum * Math.exp((double) max - totalMax) / totalSum;
  }

  /** Forgets all tokens so far. */
  public void reset() {
    Arrays.fill(mass, 0);
    Arrays.fill(tokens, 0);
  }

  /** This rank's share over all layers and heads, 0 to 1; 0 before any token. */
  public double share() {
    return Arrays.stream(headShares()).average().orElse(0);
  }

  /** This rank's share of each head, {@code [layers, heads]}; 0 before any token. */
  public double[] headShares() {
    double[] shares = new double[mass.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = tokens[i] == 0 ? 0 : mass[i] / tokens[i];
    }
    return shares;
  }
}
