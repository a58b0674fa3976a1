package kvasir.engine.sampling;

import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * A simple reference for {@link Sampler} that sorts all tokens, with the standard library, for each
 * draw.
 */
final class FullSortSampler {
  private final SamplingOptions options;
  private final RandomGenerator random;

  FullSortSampler(SamplingOptions options) {
    this.options = options;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(options.seed());
  }

  /**
   * Returns the ids of all tokens, the largest logit first and the lowest id first among equal
   * logits.
   */
  static int[] sorted(float[] logits) {
    Comparator<Integer> largest =
        (a, b) -> logits[a] == logits[b] ? 0 : Float.compare(logits[b], logits[a]);
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(largest.thenComparing(Comparator.naturalOrder()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  int sample(float[] logits) {
    int most = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
    int[] ids = Arrays.copyOf(sorted(logits), most);
    double[] weights = new double[most];
    for (int i = 0; i < most; i++) {
      weights[i] = Math.exp(((double) logits[ids[i]] - logits[ids[0]]) / options.temperature());
    }
    int kept = minP(weights, topP(weights));
    double target = random.nextDouble() * Arrays.stream(weights, 0, kept).sum();
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

  private int minP(double[] weights, int kept) {
    int n = kept;
    while (n > 1 && weights[n - 1] < options.minP()) {
      n--;
    }
    return n;
  }
}
