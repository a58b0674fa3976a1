package kvasir.engine.sampling;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A token that was chosen.
 *
 * @param logprob natural logarithm of its probability by the model's own logits; empty if
 *     log-probabilities were not asked for
 * @param likeliest the likeliest tokens at its place, in the order of {@link TokenOrder}; as many
 *     as were asked for
 * @param logits the model's own logits of the whole vocabulary, a copy; empty if they were not
 *     asked for
 */
public record ChosenToken(
    int id, OptionalDouble logprob, List<TokenScore> likeliest, Optional<float[]> logits) {
  /** Returns a token without log-probabilities. */
  static ChosenToken of(int id) {
    return new ChosenToken(id, OptionalDouble.empty(), List.of(), Optional.empty());
  }
}
