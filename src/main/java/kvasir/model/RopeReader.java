package kvasir.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reader of the rotary settings of config.json: {@code rope_theta} and {@code rope_scaling} in
 * older files, {@code rope_parameters} in newer ones, or the same keys at the top level.
 */
final class RopeReader {
  private static final double DEFAULT_THETA = 10_000;
  private static final String THETA = "rope_theta";
  private static final String FACTOR = "factor";
  private static final String LOW = "low_freq_factor";
  private static final String HIGH = "high_freq_factor";
  private static final String ORIGINAL = "original_max_position_embeddings";
  private static final String CONTEXT = "max_position_embeddings";
  private static final String ATTENTION = "attention_factor";
  private static final String FAST = "beta_fast";
  private static final String SLOW = "beta_slow";
  private static final String MSCALE = "mscale";
  private static final String MSCALE_ALL = "mscale_all_dim";
  private static final String TRUNCATE = "truncate";
  private static final List<String> WHOLE = List.of("partial_rotary_factor", "rotary_pct");

  private static final Set<String> LLAMA3 = Set.of(FACTOR, LOW, HIGH, ORIGINAL);
  private static final Set<String> YARN =
      Set.of(FACTOR, ORIGINAL, ATTENTION, FAST, SLOW, MSCALE, MSCALE_ALL, TRUNCATE);

  private RopeReader() {}

  static RopeConfig read(JsonFields config) {
    RopeFields rope = RopeFields.of(config);
    for (String part : WHOLE) {
      if (rope.number(part, 1) != 1) {
        throw rope.wrong(part, "only 1 is supported");
      }
    }
    double theta = rope.number(THETA, DEFAULT_THETA);
    if (theta <= 0) {
      throw rope.wrong(THETA, theta + " is not positive");
    }
    return switch (rope.type()) {
      case "default" -> plain(config, rope, theta);
      case "llama3" -> llama3(rope, theta);
      case "yarn" -> yarn(config, rope, theta);
      default -> throw rope.wrong(RopeFields.TYPE, rope.type() + " is not supported");
    };
  }

  private static RopeConfig plain(JsonFields config, RopeFields rope, double theta) {
    // The original context has no meaning if it equals the model's context.
    boolean trained = rope.has(ORIGINAL) && rope.positive(ORIGINAL) == config.positive(CONTEXT);
    Set<String> harmless = new HashSet<>(trained ? Set.of(ORIGINAL) : Set.of());
    if (rope.number(FACTOR, 0) == 1) {
      harmless.add(FACTOR);
    }
    rope.refuseOthers(harmless);
    return new RopeConfig.Plain(theta);
  }

  private static RopeConfig llama3(RopeFields rope, double theta) {
    rope.refuseOthers(LLAMA3);
    double low = rope.number(LOW);
    double high = rope.number(HIGH);
    if (low <= 0 || high <= low) {
      throw rope.wrong(HIGH, high + " and " + LOW + " " + low + " are not 0 < low < high");
    }
    return new RopeConfig.Llama3(theta, factor(rope), low, high, rope.positive(ORIGINAL));
  }

  private static double factor(RopeFields rope) {
    double factor = rope.number(FACTOR);
    if (factor < 1) {
      throw rope.wrong(FACTOR, factor + " is less than 1");
    }
    return factor;
  }

  private static RopeConfig yarn(JsonFields config, RopeFields rope, double theta) {
    rope.refuseOthers(YARN);
    double factor = factor(rope);
    return new RopeConfig.Yarn(
        theta,
        factor,
        positive(rope, FAST, 32),
        positive(rope, SLOW, 1),
        rope.has(ORIGINAL) ? rope.positive(ORIGINAL) : config.positive(CONTEXT),
        attention(rope, factor),
        rope.flag(TRUNCATE, true));
  }

  private static double positive(RopeFields rope, String key, double otherwise) {
    double value = rope.number(key, otherwise);
    if (value <= 0) {
      throw rope.wrong(key, value + " is not positive");
    }
    return value;
  }

  private static double attention(RopeFields rope, double factor) {
    if (rope.has(ATTENTION)) {
      return positive(rope, ATTENTION, 1);
    }
    double mscale = rope.number(MSCALE, 0);
    double allDim = rope.number(MSCALE_ALL, 0);
    return mscale != 0 && allDim != 0
        ? scale(factor, mscale) / scale(factor, allDim)
        : yarnAttention(factor);
  }

  /** Returns yarn's factor of cosine and sine for a factor of scaling. */
  static double yarnAttention(double factor) {
    return scale(factor, 1);
  }

  private static double scale(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }
}
