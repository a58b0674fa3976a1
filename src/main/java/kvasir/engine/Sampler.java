package kvasir.engine;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Choice of tokens by their logits. One sampler per sequence: it holds the random state, and memory
 * that it reuses.
 *
 * <p>A draw is defined over all tokens in order ({@link TokenOrder}): their weights are summed, cut
 * by top-p and min-p, and subtracted one after the other from a random part of their sum. Most
 * draws need the first tokens alone. They are decided by those when rounding could not change the
 * outcome; else more tokens are brought in order, at last all.
 */
public final class Sampler {
  /** Tokens brought in order at first, and by how much more each time that they are too few. */
  private static final int FIRST = 64;

  private static final int GROWTH = 4;

  /** Larger than all errors of rounding in a sum of weights, relative to the sum. */
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
   * Returns the next token. It is a function of the bits: at temperature 0 the lowest id of the
   * largest logits; above 0 equal logits are equally likely, however low the temperature is.
   */
  public int sample(float[] logits) {
    return options.temperature() == 0 ? likeliest(logits) : draw(logits);
  }

  /** Random numbers taken so far. With the seed it is the whole random state. */
  public long draws() {
    return draws;
  }

  /** Brings a fresh sampler to where another with the same options stands after so many draws. */
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

  /** Weights of tokens in order, relative to the first token's, which is 1. */
  private void weigh(int from, int to) {
    order.order(to);
    for (int i = from; i < to; i++) {
      weights[i] = weight(order.logit(i));
    }
  }

  private double weight(float logit) {
    return Math.exp(((double) logit - order.logit(0)) / options.temperature());
  }

  /** The sum of all tokens' weights, but for rounding: not in order. */
  private double total(float[] logits) {
    double total = 0;
    for (float logit : logits) {
      total += weight(logit);
    }
    return total;
  }

  /**
   * Returns which token is drawn, where the first {@code known} decide it.
   *
   * @param total of all weights, within the slack
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

  /** Returns which of all tokens is drawn, where it is one of the known ones by a clear margin. */
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

  /** Returns which of the first {@code kept} tokens is drawn. */
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

  /** Returns how many of so many tokens top-p and min-p keep. */
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

  /** The sum of the first weights, with what rounding loses carried on (Kahan's summation). */
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
