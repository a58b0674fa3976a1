package kvasir.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.kernel.ScalarKernels;
import kvasir.weights.Checkpoint;
import kvasir.weights.TensorInfo;

/**
 * Reader of the rotary settings of a GGUF file: the keys {@code rope.*} of its architecture, and
 * the tensor {@code rope_freqs.weight}, by which Llama 3.1 and later divide frequencies though no
 * key says so. Source: ggml-org/llama.cpp, src/llama-model.cpp. A setting that changes the rotation
 * and is not supported is refused by its key.
 */
final class GgufRopeReader {
  /** Tensor with a divisor of each frequency. */
  static final String DIVISORS = "rope_freqs.weight";

  private static final double DEFAULT_THETA = 10_000;
  private static final String DIMENSIONS = "rope.dimension_count";
  private static final String THETA = "rope.freq_base";
  private static final String OLD_FACTOR = "rope.scale_linear";
  private static final String TYPE = "rope.scaling.type";
  private static final String FACTOR = "rope.scaling.factor";
  private static final String ORIGINAL = "rope.scaling.original_context_length";
  private static final String FAST = "rope.scaling.yarn_beta_fast";
  private static final String SLOW = "rope.scaling.yarn_beta_slow";

  /** Fields that are read, and one that only tells how a model was made. */
  private static final Set<String> KNOWN =
      Set.of(
          DIMENSIONS,
          THETA,
          OLD_FACTOR,
          TYPE,
          FACTOR,
          ORIGINAL,
          FAST,
          SLOW,
          "rope.scaling.finetuned");

  /** Fields that are accepted with the one value that leaves yarn as it is. */
  private static final Map<String, Double> NEUTRAL =
      Map.of(
          "rope.scaling.attn_factor", 1.0,
          "rope.scaling.yarn_attn_factor", 1.0,
          "rope.scaling.yarn_ext_factor", 1.0,
          "rope.scaling.yarn_log_multiplier", 0.0);

  private static final List<String> OTHER_DIVISORS =
      List.of("rope_factors_long.weight", "rope_factors_short.weight");

  private final GgufFields fields;
  private final Checkpoint checkpoint;
  private final int headDim;

  private GgufRopeReader(GgufFields fields, Checkpoint checkpoint, int headDim) {
    this.fields = fields;
    this.checkpoint = checkpoint;
    this.headDim = headDim;
  }

  /**
   * Reads the rotary settings.
   *
   * @param headDim elements of one head
   * @throws UserError if a setting is out of range or not supported
   */
  static RopeConfig read(GgufFields fields, Checkpoint checkpoint, int headDim) {
    return new GgufRopeReader(fields, checkpoint, headDim).read();
  }

  private RopeConfig read() {
    refuseOthers();
    int rotated = fields.positive(DIMENSIONS, ConfigReader.MAX_WIDTH, headDim);
    if (rotated != headDim) {
      throw fields.wrong(
          DIMENSIONS,
          "is "
              + rotated
              + "; a rotation over part of a head's "
              + headDim
              + " elements is not supported");
    }
    RopeConfig scaling = scaling(fields.positive(THETA, DEFAULT_THETA));
    return checkpoint.has(DIVISORS) ? new RopeConfig.Divided(scaling, divisors()) : scaling;
  }

  private void refuseOthers() {
    String prefix = fields.key("rope.");
    for (String key : fields.metadata().keys()) {
      String field = key.substring(Math.min(key.length(), fields.key("").length()));
      if (key.startsWith(prefix) && !KNOWN.contains(field)) {
        Double neutral = NEUTRAL.get(field);
        if (neutral == null || fields.number(field).orElseThrow() != neutral) {
          throw fields.metadata().wrong(key, "is a rotary setting that is not supported");
        }
      }
    }
    for (String name : OTHER_DIVISORS) {
      if (checkpoint.has(name)) {
        throw new UserError(
            checkpoint.location().toString(),
            "tensor "
                + name
                + " scales rotations by the length of the text, which is not supported",
            "use another model");
      }
    }
  }

  private RopeConfig scaling(double theta) {
    // A factor without a type is linear, as it was before there were types.
    double factor = fields.positive(FACTOR, fields.positive(OLD_FACTOR, 1.0));
    String type = fields.text(TYPE).orElse("linear");
    return switch (type) {
      case "none" -> new RopeConfig.Plain(theta);
      case "linear" ->
          factor == 1 ? new RopeConfig.Plain(theta) : new RopeConfig.Linear(theta, factor);
      case "yarn" -> yarn(theta, factor);
      default ->
          throw fields.wrong(TYPE, "is '" + PrintableText.quotation(type) + "', not supported");
    };
  }

  private RopeConfig yarn(double theta, double factor) {
    if (factor < 1) {
      throw fields.wrong(FACTOR, "is " + factor + ", less than 1");
    }
    int context = fields.positive(GgufConfigReader.CONTEXT, ConfigReader.MAX_TOKENS);
    return new RopeConfig.Yarn(
        theta,
        factor,
        fields.positive(FAST, 32.0),
        fields.positive(SLOW, 1.0),
        fields.positive(ORIGINAL, ConfigReader.MAX_TOKENS, context),
        RopeReader.yarnAttention(factor),
        true);
  }

  private List<Float> divisors() {
    float[] values = new float[headDim / 2];
    new MappedRows(checkpoint, new ScalarKernels(), checkpoint.vector(DIVISORS, values.length))
        .decode(0, values, 0);
    List<Float> divisors = new ArrayList<>();
    for (float value : values) {
      if (!(value > 0) || value > Float.MAX_VALUE) {
        TensorInfo tensor = checkpoint.tensors().get(DIVISORS);
        throw new UserError(
            checkpoint.location().toString(),
            "tensor " + tensor.name() + " has the divisor " + value + ", not a positive number",
            "fetch the model again, or convert it again");
      }
      divisors.add(value);
    }
    return divisors;
  }
}
