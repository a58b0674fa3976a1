package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import kvasir.engine.sampling.Penalties;
import kvasir.engine.sampling.SamplingOptions;

/** Reader of the sampling options of a request, which completions and chats share. */
final class SamplingFields {
  private static final int MAX_BIASES = 1024;
  private static final double MAX_REPETITION = 100;

  private SamplingFields() {}

  /**
   * Returns the options.
   *
   * @param defaults values of the options that the request does not give
   * @param seed seed of a request without one
   * @param vocabulary number of tokens of the vocabulary
   * @throws ApiError if one is wrong
   */
  static SamplingOptions read(Fields fields, SamplingDefaults defaults, long seed, int vocabulary) {
    double topP = fields.real("top_p", 0, 1).orElse(defaults.topP());
    return new SamplingOptions(
        fields.real("temperature", 0, 2).orElse(defaults.temperature()),
        (int) Math.max(0, fields.whole("top_k", -1, Integer.MAX_VALUE).orElse(defaults.topK())),
        // A share of 0 is reached by the likeliest token alone.
        topP == 0 ? Double.MIN_VALUE : topP,
        fields.real("min_p", 0, 1).orElse(defaults.minP()),
        fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(seed),
        new Penalties(
            fields
                .real("repetition_penalty", Double.MIN_VALUE, MAX_REPETITION)
                .orElse(defaults.repetitionPenalty()),
            fields.real("frequency_penalty", -2, 2).orElse(0),
            fields.real("presence_penalty", -2, 2).orElse(0)),
        bias(fields, vocabulary));
  }

  private static SortedMap<Integer, Double> bias(Fields fields, int vocabulary) {
    SortedMap<Integer, Double> bias = new TreeMap<>();
    fields
        .object("logit_bias")
        .ifPresent(
            given -> {
              if (given.node().size() > MAX_BIASES) {
                throw ApiError.invalid(
                    "logit_bias",
                    "logit_bias has %,d entries; give at most %,d"
                        .formatted(given.node().size(), MAX_BIASES));
              }
              for (Map.Entry<String, JsonNode> entry : given.node().properties()) {
                if (!entry.getValue().isNull()) {
                  addBias(bias, entry, vocabulary);
                }
              }
            });
    return bias;
  }

  private static void addBias(
      SortedMap<Integer, Double> bias, Map.Entry<String, JsonNode> entry, int vocabulary) {
    String key = entry.getKey();
    boolean known = key.matches("[0-9]{1,9}") && Integer.parseInt(key) < vocabulary;
    if (!known) {
      throw ApiError.invalid(
          "logit_bias",
          "logit_bias must have token ids from 0 to %d as keys, not \"%s\""
              .formatted(vocabulary - 1, ApiError.quoted(key)));
    }
    JsonNode value = entry.getValue();
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(Math.abs(number) <= 100)) {
      throw ApiError.invalid(
          "logit_bias",
          "logit_bias of token %s must be a number from -100 to 100, not %s"
              .formatted(key, Fields.kind(value)));
    }
    bias.put(Integer.parseInt(key), number);
  }
}
