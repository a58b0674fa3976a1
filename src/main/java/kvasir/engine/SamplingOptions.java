package kvasir.engine;

/**
 * How the next token is chosen. Filters apply in this order: temperature, top-k, top-p, min-p (as
 * in Hugging Face's generate).
 *
 * @param temperature 0 takes the likeliest token and ignores the rest
 * @param topK keep the k likeliest; 0 keeps all
 * @param topP keep the fewest likeliest whose probabilities reach p; 1 keeps all
 * @param minP keep those with at least p times the likeliest's probability; 0 keeps all
 * @param seed the same seed gives the same tokens on every layout
 */
public record SamplingOptions(double temperature, int topK, double topP, double minP, long seed) {
  public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0, 0);
}
