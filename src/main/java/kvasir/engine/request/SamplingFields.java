package kvasir.engine.request;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sampling options of a request, all inside their ranges.
 *
 * @param temperature divisor of the logits, 0 or more; 0 takes the likeliest token
 * @param topK number of likeliest tokens to keep; 0 keeps all
 * @param topP keeps the fewest likeliest tokens whose share is at least this; above 0, at most 1
 * @param minP keeps tokens of at least this share of the likeliest one's probability; 0 to 1
 * @param seed seed of the random numbers
 * @param repetitionPenalty divisor of positive logits of tokens that have occurred; above 0
 * @param frequencyPenalty subtracted for each time that a token occurs in the output; -2 to 2
 * @param presencePenalty subtracted once from each token of the output; -2 to 2
 * @param logitBias number to add to the logit of a token, by id; -100 to 100; copied
 */
public record SamplingFields(
    double temperature,
    int topK,
    double topP,
    double minP,
    long seed,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    SortedMap<Integer, Double> logitBias) {
  public SamplingFields {
    logitBias = Collections.unmodifiableSortedMap(new TreeMap<>(logitBias));
  }
}
