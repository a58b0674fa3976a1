package kvasir.engine.sampling;

import kvasir.kernel.Kernels;

/**
 * Logarithm of the sum of the exponentials of logits, by which log-probabilities are computed: the
 * log-probability of a token is its logit less the normaliser. {@code score} and sampling use it
 * alike, and it has the same bits for every division of the vocabulary among ranks.
 *
 * <p>The memory is reused, so that a normaliser is used by one thread at a time.
 */
public final class LogNormaliser {
  private final ExponentialSums sums;

  public LogNormaliser(Kernels kernels) {
    this.sums = new ExponentialSums(kernels);
  }

  /**
   * Returns the normaliser of a model's own logits, before bias, penalties and temperature.
   *
   * @param logits finite logits of the whole vocabulary, of {@code n} tokens, the first of them at
   *     {@code offset}
   */
  public double of(float[] logits, int offset, int n) {
    sums.begin(1);
    sums.addSlice(logits, offset, 0, n);
    return of(sums);
  }

  /** Returns the normaliser of sums at temperature 1, whose last nodes are merged. */
  static double of(ExponentialSums sums) {
    sums.finish();
    return sums.max(0) + StrictMath.log(sums.sum(0));
  }

  /** Returns the log-probability of a token. */
  public static double logProbability(float logit, double normaliser) {
    return logit - normaliser;
  }
}
