package kvasir.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.StrictJson;

/**
 * Sampling options for requests that do not give them: those of the model's generation_config.json,
 * and otherwise OpenAI's.
 *
 * @param temperature divisor of the logits
 * @param topK number of likeliest tokens to keep; 0 for all
 * @param topP share of the probability to keep
 * @param minP least share of the likeliest token's probability
 * @param repetitionPenalty divisor of logits of tokens that occurred
 */
public record SamplingDefaults(
    double temperature, int topK, double topP, double minP, double repetitionPenalty) {
  /** The defaults of OpenAI's API. */
  static final SamplingDefaults OPENAI = new SamplingDefaults(1, 0, 1, 0, 1);

  private static final int MAX_BYTES = 1 << 20;
  private static final double MAX_TEMPERATURE = 2;

  /**
   * Reads the defaults of a model.
   *
   * @param model the model's folder, or a GGUF file, which has none
   */
  public static SamplingDefaults of(Path model) {
    Path file = new ModelFolder(model).generationConfig();
    if (PathKind.of(file) == PathKind.MISSING) {
      return OPENAI;
    }
    ObjectNode fields = StrictJson.object(file, MAX_BYTES, "fetch the file again");
    return of(new Fields(fields));
  }

  /** Returns the defaults of generation_config.json, as far as its values can be used. */
  static SamplingDefaults of(Fields fields) {
    return new SamplingDefaults(
        real(fields, "temperature", 0, MAX_TEMPERATURE, OPENAI.temperature),
        (int) whole(fields, "top_k", OPENAI.topK),
        real(fields, "top_p", Double.MIN_VALUE, 1, OPENAI.topP),
        real(fields, "min_p", 0, 1, OPENAI.minP),
        real(fields, "repetition_penalty", Double.MIN_VALUE, 100, OPENAI.repetitionPenalty));
  }

  private static double real(
      Fields fields, String name, double least, double largest, double other) {
    try {
      OptionalDouble value = fields.real(name, least, largest);
      return value.orElse(other);
    } catch (ApiError e) {
      return other;
    }
  }

  private static long whole(Fields fields, String name, long other) {
    try {
      OptionalLong value = fields.whole(name, 0, Integer.MAX_VALUE);
      return value.orElse(other);
    } catch (ApiError e) {
      return other;
    }
  }
}
