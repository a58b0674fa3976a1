package kvasir.engine.sampling;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Chooses tokens by their logits. A sampler holds the random state of one sequence and memory that
 * it reuses; it is used by one thread at a time.
 *
 * <p>A draw is defined over all tokens in the order of {@link TokenOrder}. Their weights are
 * summed, cut by top-p and min-p, and subtracted one after the other from a random part of their
 * sum; the token at which the rest becomes negative is drawn. Most draws depend on the first few
 * tokens only, so few tokens are sorted at first. If rounding could change the outcome, more tokens
 * are sorted, and in the end all of them.
 */
public final class Sampler {
  /** Number of tokens that are sorted at first. */
  private static final int FIRST = 64;

  /** Factor by which the number of sorted tokens grows each time that they are too few. */
  private static final int GROWTH = 4;

  /** A bound of the rounding errors in a sum of weights, relative to the sum. */
  private static final double SLACK = 1e-9;

  private static final int UNDECIDED = -1;

  private final SamplingOptions options;
  private final RandomGenerator random;
  private final TokenOrder order = new TokenOrder();
  private double[] weights = new double[0];
  private long draws;

  public Sampler(SamplingOptions options) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
  }

  /**
   * Returns the next token, which depends on the logits' bits and the random state only. At
   * temperature 0 it is the lowest id among the largest logits. Above 0, equal logits are equally
   * likely, however low the temperature is.
   *
   * @param logits {@code [vocabulary]}; not changed
   */
  public int sample(float[] logits) {
    return options.temperature() == 0 ? likeliest(logits) : draw(logits);
  }

  /**
   * Returns the number of random numbers drawn so far. Together with the seed it is the whole
   * random state.
   */
  public long draws() {
    return draws;
  }

  /**
   * Discards {@code count} random numbers, so that a new sampler gets the state of another one with
   * the same options after {@code count} draws.
   */
  public void skip(long count) {
    for (long i = 0; i < count; i++) {
      uniform();
    }
  }

  private double uniform() {
    draws++;
    return random.nextDouble();
  }

  /** Returns the id of the largest logit, the lowest where several are equal. */
  public static int likeliest(float[] logits) {
    return TokenOrder.first(logits);
  }

  private int draw(float[] logits) {
    int tokens = logits.length;
    double part = uniform();
    order.arrange(logits, 0, tokens);
    if (weights.length < tokens) {
      weights = new double[tokens];
    }
    if (options.topK() > 0 && options.topK() < tokens) {
      weigh(0, options.topK());
      return order.id(drawn(kept(options.topK()), part));
    }
    int known = Math.min(FIRST, tokens);
    weigh(0, known);
    double total = total(logits);
    while (known < tokens) {
      int decided = decide(known, total, part);
      if (decided != UNDECIDED) {
        return order.id(decided);
      }
      int more = (int) Math.min(tokens, (long) GROWTH * known);
      weigh(known, more);
      known = more;
    }
    return order.id(drawn(kept(tokens), part));
  }

  /**
   * Sets the weights of the sorted tokens {@code [from, to)}, relative to that of the first token,
   * which is 1.
   */
  private void weigh(int from, int to) {
    order.order(to);
    for (int i = from; i < to; i++) {
      weights[i] = weight(order.logit(i));
    }
  }

  private double weight(float logit) {
    return Math.exp(((double) logit - order.logit(0)) / options.temperature());
  }

  /**
   * Returns the sum of the weights of all tokens, added in the order of ids and so rounded
   * differently than {@link #sum}.
   */
  private double total(float[] logits) {
    double total = 0;
    for (float logit : logits) {
      total += weight(logit);
    }
    return total;
  }

  /**
   * Returns the index of the drawn token, or {@link #UNDECIDED} if the first {@code known} tokens
   * do not decide it.
   *
   * @param total sum of all weights, exact up to {@link #SLACK}
   * @param part random number in {@code [0, 1)}
   */
  private int decide(int known, double total, double part) {
    double slack = total * SLACK;
    double enough = options.topP() * total;
    double reached = 0;
    for (int i = 0; i < known && reached < enough - slack; i++) {
      if (i > 0 && weights[i] < options.minP()) {
        return drawn(i, part);
      }
      reached += weights[i];
      if (reached > enough + slack) {
        return drawn(i + 1, part);
      }
    }
    return options.topP() == 1 && options.minP() == 0
        ? clearlyDrawn(known, total, part)
        : UNDECIDED;
  }

  /**
   * Returns the index of the token drawn from all tokens if it is one of the first {@code known}
   * ones by a clear margin, else {@link #UNDECIDED}.
   */
  private int clearlyDrawn(int known, double total, double part) {
    double margin = 8 * SLACK * total;
    double target = part * total;
    for (int i = 0; i < known && target > margin; i++) {
      target -= weights[i];
      if (target < -margin) {
        return i;
      }
    }
    return UNDECIDED;
  }

  /** Returns the index of the token that is drawn from the first {@code kept} ones. */
  private int drawn(int kept, double part) {
    double target = part * sum(kept);
    for (int i = 0; i < kept; i++) {
      target -= weights[i];
      if (target < 0) {
        return i;
      }
    }
    return kept - 1;
  }

  /** Returns the number of the first {@code tokens} tokens that top-p and min-p keep. */
  private int kept(int tokens) {
    double enough = options.topP() * sum(tokens);
    double reached = 0;
    int kept = 0;
    while (kept < tokens && (kept == 0 || reached < enough)) {
      reached += weights[kept++];
    }
    while (kept > 1 && weights[kept - 1] < options.minP()) {
      kept--;
    }
    return kept;
  }

  /** Returns the sum of the first {@code count} weights by Kahan's compensated summation. */
  private double sum(int count) {
    double sum = 0;
    double excess = 0;
    for (int i = 0; i < count; i++) {
      double next = weights[i] - excess;
      double larger = sum + next;
      excess = larger - sum - next;
      sum = larger;
    }
    return sum - excess;
  }
}
