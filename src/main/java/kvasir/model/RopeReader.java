package kvasir.model;

/**
 * Reads rotary parameters: {@code rope_parameters}, or {@code rope_theta} and {@code rope_scaling}.
 */
final class RopeReader {
  private static final double DEFAULT_THETA = 10_000;

  private RopeReader() {}

  static RopeConfig read(JsonFields config) {
    String block = config.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    double outer = config.number("rope_theta", DEFAULT_THETA);
    if (!config.has(block)) {
      return new RopeConfig.Plain(theta(config, outer));
    }
    JsonFields rope = config.object(block);
    double theta = theta(rope, rope.number("rope_theta", outer));
    String type = rope.text("rope_type", rope.text("type", "default"));
    return switch (type) {
      case "default" -> new RopeConfig.Plain(theta);
      case "llama3" ->
          new RopeConfig.Llama3(
              theta,
              factor(rope),
              rope.number("low_freq_factor"),
              rope.number("high_freq_factor"),
              rope.positive("original_max_position_embeddings"));
      case "yarn" -> yarn(config, rope, theta);
      default -> throw rope.wrong(block + ".rope_type", type + " is not supported");
    };
  }

  private static double theta(JsonFields fields, double theta) {
    if (theta <= 0) {
      throw fields.wrong("rope_theta", theta + " is not positive");
    }
    return theta;
  }

  private static double factor(JsonFields rope) {
    double factor = rope.number("factor");
    if (factor < 1) {
      throw rope.wrong("factor", factor + " is less than 1");
    }
    return factor;
  }

  private static RopeConfig yarn(JsonFields config, JsonFields rope, double theta) {
    double factor = factor(rope);
    int original =
        rope.positive(
            "original_max_position_embeddings", config.positive("max_position_embeddings"));
    return new RopeConfig.Yarn(
        theta,
        factor,
        rope.number("beta_fast", 32),
        rope.number("beta_slow", 1),
        original,
        attention(rope, factor),
        rope.flag("truncate", true));
  }

  private static double attention(JsonFields rope, double factor) {
    if (rope.has("attention_factor")) {
      return rope.number("attention_factor");
    }
    double mscale = rope.number("mscale", 0);
    double allDim = rope.number("mscale_all_dim", 0);
    return mscale != 0 && allDim != 0
        ? scale(factor, mscale) / scale(factor, allDim)
        : scale(factor, 1);
  }

  private static double scale(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }
}
