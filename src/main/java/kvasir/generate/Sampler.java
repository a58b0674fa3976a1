package kvasir.generate;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** Chooses tokens from logits. One sampler per sequence: it holds the random state. */
public final class Sampler {
  private final SamplingOptions options;
  private final RandomGenerator random;
  private long draws;

  public Sampler(SamplingOptions options) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
  }

  /**
   * The next token. Of equal logits the lowest id wins, so the choice is a function of the bits.
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

  /** The id of the largest logit, the lowest where several are equal. */
  public static int likeliest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }

  /** Ids of the k largest logits, largest first, of equal ones the lower id first. */
  public static int[] top(float[] logits, int k) {
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted((a, b) -> Float.compare(logits[b], logits[a]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int draw(float[] logits) {
    int k = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
    int[] ids = top(logits, k);
    double[] weights = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      weights[i] = Math.exp(((double) logits[ids[i]] - logits[ids[0]]) / options.temperature());
    }
    int kept = minP(weights, topP(weights));
    double target = uniform() * Arrays.stream(weights, 0, kept).sum();
    for (int i = 0; i < kept; i++) {
      target -= weights[i];
      if (target < 0) {
        return ids[i];
      }
    }
    return ids[kept - 1];
  }

  private int topP(double[] weights) {
    double total = Arrays.stream(weights).sum();
    double reached = 0;
    for (int i = 0; i < weights.length; i++) {
      reached += weights[i];
      if (reached >= options.topP() * total) {
        return i + 1;
      }
    }
    return weights.length;
  }

  // Weights are relative to the likeliest, whose own is 1.
  private int minP(double[] weights, int kept) {
    int n = kept;
    while (n > 1 && weights[n - 1] < options.minP()) {
      n--;
    }
    return n;
  }
}
