package kvasir.engine.sampling;

/**
 * Options for choosing the next token. Filters apply in this order: temperature, top-k, top-p,
 * min-p (as in Hugging Face's {@code generate}).
 *
 * @param temperature divisor of the logits; 0 takes the likeliest token and ignores all other
 *     options
 * @param topK number of likeliest tokens to keep; 0 keeps all
 * @param topP keeps the fewest likeliest tokens whose probabilities add up to at least this; 1
 *     keeps all
 * @param minP keeps the tokens whose probability is at least this share of the likeliest token's; 0
 *     keeps all
 * @param seed seed of the random numbers; the same seed gives the same tokens in every layout
 */
public record SamplingOptions(double temperature, int topK, double topP, double minP, long seed) {
  /** Always takes the likeliest token. */
  public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 0);
}
