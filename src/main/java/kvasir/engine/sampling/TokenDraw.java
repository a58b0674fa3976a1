package kvasir.engine.sampling;

import java.util.Arrays;

/**
 * The draw of one token by temperature, top-k, top-p and min-p, from tokens that are given in the
 * order of {@link TokenOrder} until they decide it. The result does not depend on how many tokens
 * beyond those are given.
 *
 * <p>A token's weight is {@code exp((logit - largest logit) / temperature)}. Weights are added in
 * the order of tokens. Top-p compares such sums with p times the sum of the weights that top-k
 * keeps; without top-k that sum is {@link ExponentialSums}', which adds the weights of the
 * vocabulary in a fixed tree. A random part of the sum of the kept weights is drawn, and the first
 * token at which the sum of weights exceeds it is chosen.
 *
 * <p>The memory is reused, so that a draw is used by one thread at a time.
 */
final class TokenDraw {
  static final int UNDECIDED = -1;

  private double[] weights = new double[128];
  private int given;
  private float largest;
  private SamplingOptions options;
  private double random;
  private int limit;
  private boolean topK;
  private double total;

  /**
   * Returns true if {@link #begin} needs the sum of all weights.
   *
   * @param vocabulary number of tokens
   */
  static boolean needsTotal(SamplingOptions options, int vocabulary) {
    boolean all = options.topK() == 0 || options.topK() >= vocabulary;
    return all && (options.topP() < 1 || options.minP() == 0);
  }

  /** Returns the number of tokens that top-k keeps. */
  static int limit(SamplingOptions options, int vocabulary) {
    return options.topK() == 0 ? vocabulary : Math.min(options.topK(), vocabulary);
  }

  /**
   * Begins the draw of a token.
   *
   * @param vocabulary number of tokens
   * @param total sum of the weights of all tokens; used if {@link #needsTotal} returns true
   * @param random number in {@code [0, 1)}
   */
  void begin(SamplingOptions options, int vocabulary, double total, double random) {
    this.options = options;
    this.random = random;
    this.total = total;
    this.limit = limit(options, vocabulary);
    this.topK = limit < vocabulary;
    this.given = 0;
  }

  /** Gives the next token's logit; more tokens than top-k keeps may be given. */
  void give(float logit) {
    if (given == limit) {
      return;
    }
    if (given == weights.length) {
      weights = Arrays.copyOf(weights, 2 * given);
    }
    largest = given == 0 ? logit : largest;
    weights[given++] = StrictMath.exp(((double) logit - largest) / options.temperature());
  }

  /**
   * Returns the index of the drawn token among those given, or {@link #UNDECIDED} if more are
   * needed.
   */
  int decide() {
    boolean complete = given == limit;
    if (!topK && options.topP() == 1 && options.minP() == 0) {
      int index = exceeding(random * total, given);
      // The sums differ by rounding: the last tokens may not reach what the other sum has.
      return index < given || !complete ? decided(index) : among(given);
    }
    double enough = Double.POSITIVE_INFINITY;
    if (options.topP() < 1) {
      if (topK && !complete) {
        return UNDECIDED;
      }
      enough = options.topP() * (topK ? sum(limit) : total);
    }
    double reached = 0;
    int kept = 0;
    while (kept < given && reached < enough && (kept == 0 || weights[kept] >= options.minP())) {
      reached += weights[kept++];
    }
    return kept < given || reached >= enough || complete ? among(kept) : UNDECIDED;
  }

  private int decided(int index) {
    return index < given ? index : UNDECIDED;
  }

  /** Returns the index of the token that is drawn from the first {@code kept} ones. */
  private int among(int kept) {
    int index = exceeding(random * sum(kept), kept);
    // Rounding may make the product equal to the sum; then the last token with a weight is drawn.
    while (index == kept || weights[index] == 0) {
      index--;
    }
    return index;
  }

  /**
   * Returns the index of the token at which the sum of weights exceeds a number, or {@code end}.
   */
  private int exceeding(double number, int end) {
    double sum = 0;
    for (int i = 0; i < end; i++) {
      sum += weights[i];
      if (sum > number) {
        return i;
      }
    }
    return end;
  }

  private double sum(int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += weights[i];
    }
    return sum;
  }
}
