package kvasir.engine.sampling;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Random logits and options, with many equal logits and values at the edges of their ranges. */
final class RandomChoices {
  private static final double[] TEMPERATURES = {0, 1e-300, 0.3, 0.8, 1, 3, 50};
  private static final int[] TOP_K = {0, 0, 1, 3, 40, 200, 1500};
  private static final double[] TOP_P = {1, 1, 0.999, 0.95, 0.8, 0.3};
  private static final double[] MIN_P = {0, 0, 0.01, 0.5};

  private RandomChoices() {}

  /** Returns {@code n} finite logits. */
  static float[] logits(Random random, int n) {
    float[] logits = new float[n];
    int kind = random.nextInt(5);
    for (int i = 0; i < n; i++) {
      logits[i] =
          switch (kind) {
            case 0 -> (float) random.nextGaussian() * 4;
            case 1 -> random.nextInt(4);
            case 2 -> 2.5f;
            case 3 -> random.nextBoolean() ? 0f : -0f;
            default -> (float) random.nextGaussian() + (random.nextInt(100) == 0 ? 12 : 0);
          };
    }
    return logits;
  }

  /** Returns options for logits of {@code n} tokens. */
  static SamplingOptions options(Random random, int n) {
    Penalties penalties =
        random.nextBoolean() ? Penalties.NONE : new Penalties(1.3, 0.5, random.nextDouble());
    Map<Integer, Double> bias = new HashMap<>();
    for (int i = random.nextInt(2) * random.nextInt(9); i > 0; i--) {
      bias.put(random.nextInt(n), random.nextDouble(-20, 20));
    }
    return new SamplingOptions(
        TEMPERATURES[random.nextInt(TEMPERATURES.length)],
        TOP_K[random.nextInt(TOP_K.length)],
        TOP_P[random.nextInt(TOP_P.length)],
        MIN_P[random.nextInt(MIN_P.length)],
        random.nextLong(),
        penalties,
        bias);
  }
}
