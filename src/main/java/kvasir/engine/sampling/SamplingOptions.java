package kvasir.engine.sampling;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Options for choosing the next token. They apply in this order: bias, penalties, temperature,
 * top-k, top-p, min-p; the filters do what those of Hugging Face's {@code generate} do. {@link
 * SamplingRange} has the values that are allowed.
 *
 * @param temperature divisor of the logits; 0 takes the likeliest token after bias and penalties,
 *     and ignores filters and seed
 * @param topK number of likeliest tokens to keep; 0 keeps all
 * @param topP keeps the fewest likeliest tokens whose share of what top-k keeps is at least this; 1
 *     keeps all
 * @param minP keeps the tokens whose probability is at least this share of the likeliest token's; 0
 *     keeps all
 * @param seed seed of the random numbers; the same seed gives the same tokens in every layout
 * @param penalties penalties for tokens that the sequence already contains
 * @param logitBias number to add to the logit of each of some tokens, by id; copied
 */
public record SamplingOptions(
    double temperature,
    int topK,
    double topP,
    double minP,
    long seed,
    Penalties penalties,
    Map<Integer, Double> logitBias) {
  /** Always takes the likeliest token. */
  public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 0);

  public SamplingOptions {
    SortedMap<Integer, Double> byId = new TreeMap<>(logitBias);
    logitBias = Collections.unmodifiableMap(byId);
  }

  /** Creates options without penalties and bias. */
  public SamplingOptions(double temperature, int topK, double topP, double minP, long seed) {
    this(temperature, topK, topP, minP, seed, Penalties.NONE, Map.of());
  }
}
