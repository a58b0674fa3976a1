package kvasir.engine.sampling;

import java.util.ArrayList;
import java.util.List;
import kvasir.kernel.Kernels;

/**
 * Log-probabilities of the tokens that may come next, by the model's own logits: those before bias,
 * penalties and temperature. The memory is reused, so that an object is used by one thread at a
 * time.
 */
public final class LogProbabilities {
  private final LogNormaliser normaliser;
  private final TokenOrder order;
  private float[] logits;
  private int offset;
  private int count;
  private double logSum;

  public LogProbabilities(Kernels kernels) {
    this.normaliser = new LogNormaliser(kernels);
    this.order = new TokenOrder(kernels);
  }

  /**
   * Reads the logits of one position. They must not change while the object is asked about them.
   *
   * @param logits finite logits of the whole vocabulary, of {@code n} tokens, the first of them at
   *     {@code offset}
   */
  public void read(float[] logits, int offset, int n) {
    this.logits = logits;
    this.offset = offset;
    this.count = n;
    this.logSum = normaliser.of(logits, offset, n);
  }

  /** Returns the log-probability of a token. */
  public double of(int id) {
    return LogNormaliser.logProbability(logits[offset + id], logSum);
  }

  /** Returns the likeliest tokens, in the order of {@link TokenOrder}. */
  public List<TokenScore> likeliest(int tokens) {
    int listed = Math.min(tokens, count);
    List<TokenScore> scores = new ArrayList<>(listed);
    if (listed > 0) {
      order.arrange(logits, offset, count);
      order.order(listed);
    }
    for (int i = 0; i < listed; i++) {
      scores.add(new TokenScore(order.id(i), of(order.id(i))));
    }
    return scores;
  }
}
