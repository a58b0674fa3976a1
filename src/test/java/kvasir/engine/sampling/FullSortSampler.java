package kvasir.engine.sampling;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A simple reference for {@link Sampler} that applies each rule to all tokens, one after the other,
 * and sorts them with the standard library.
 */
final class FullSortSampler {
  /** Result where a rounding error could change the token. */
  static final int CLOSE = -1;

  /** Margin of comparisons with a sum of weights of the vocabulary, relative to the sum. */
  private static final double MARGIN = 1e-5;

  /** Margin where top-k keeps few tokens, whose weights are added in double precision. */
  private static final double NARROW_MARGIN = 1e-13;

  private FullSortSampler() {}

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

  /** Returns the logits after bias and penalties. */
  static float[] adjusted(float[] logits, SamplingOptions options, int[] prompt, int[] output) {
    float[] adjusted = logits.clone();
    Penalties penalties = options.penalties();
    for (int id = 0; id < logits.length; id++) {
      int token = id;
      adjusted[id] = (float) (logits[id] + options.logitBias().getOrDefault(id, 0.0));
      long inOutput = Arrays.stream(output).filter(t -> t == token).count();
      boolean known = inOutput > 0 || Arrays.stream(prompt).anyMatch(t -> t == token);
      double logit = adjusted[id];
      if (known) {
        logit = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
      }
      if (inOutput > 0) {
        logit = logit - inOutput * penalties.frequency() - penalties.presence();
      }
      adjusted[id] = (float) logit;
    }
    return adjusted;
  }

  /** Returns the token that a random number draws from logits after bias and penalties. */
  static int sample(float[] logits, SamplingOptions options, double random) {
    int[] ids = sorted(logits);
    if (options.temperature() == 0) {
      return ids[0];
    }
    int most = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
    double[] weights = new double[most];
    for (int i = 0; i < most; i++) {
      weights[i] = Math.exp(((double) logits[ids[i]] - logits[ids[0]]) / options.temperature());
    }
    double margin = most < logits.length ? NARROW_MARGIN : MARGIN;
    int kept = topP(weights, options.topP(), margin);
    if (kept == CLOSE) {
      return CLOSE;
    }
    while (kept > 1 && weights[kept - 1] < options.minP()) {
      kept--;
    }
    double total = Arrays.stream(weights, 0, kept).sum();
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += weights[i];
      if (sum > random * total) {
        boolean close =
            sum - random * total < margin * total
                || random * total - (sum - weights[i]) < margin * total;
        return close && weights[i] < total * (1 - margin) ? CLOSE : ids[i];
      }
    }
    return CLOSE;
  }

  private static int topP(double[] weights, double topP, double margin) {
    if (topP == 1) {
      return weights.length;
    }
    double total = Arrays.stream(weights).sum();
    double reached = 0;
    for (int i = 0; i < weights.length; i++) {
      reached += weights[i];
      if (Math.abs(reached - topP * total) < margin * total && weights.length > 1) {
        return CLOSE;
      }
      if (reached >= topP * total) {
        return i + 1;
      }
    }
    return weights.length;
  }
}
