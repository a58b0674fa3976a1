package kvasir.engine.sampling;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import kvasir.kernel.Kernels;

/**
 * Choice of tokens from whole logits, with their log-probabilities if these are asked for. The
 * memory is reused, so that an object is used by one thread at a time. It holds no state of any
 * sequence.
 */
public final class WholeChoice {
  private final Kernels kernels;
  private final Sampler sampler;
  private final LogProbabilities probabilities;

  public WholeChoice(Kernels kernels) {
    this.kernels = kernels;
    this.sampler = new Sampler(kernels);
    this.probabilities = new LogProbabilities(kernels);
  }

  /**
   * Chooses the next token of a sequence.
   *
   * @param logits logits of the whole vocabulary, of {@code n} tokens, the first of them at {@code
   *     offset}; not changed
   * @param options options of the sequence, which say what is told about the token
   * @return empty if a logit is NaN or infinite
   */
  public Optional<ChosenToken> choose(
      float[] logits, int offset, int n, SamplingState state, ChoiceOptions options) {
    int token = sampler.sample(logits, offset, n, state);
    return token == Sampler.NOT_FINITE
        ? Optional.empty()
        : Optional.of(described(logits, offset, n, token, options));
  }

  /**
   * Describes a token as if it had been chosen.
   *
   * @param logits logits of the whole vocabulary, of {@code n} tokens, the first of them at {@code
   *     offset}; not changed
   * @return empty if a logit is NaN or infinite
   */
  Optional<ChosenToken> describe(
      float[] logits, int offset, int n, int token, ChoiceOptions options) {
    return Float.isFinite(kernels.maxMagnitude(logits, offset, n))
        ? Optional.of(described(logits, offset, n, token, options))
        : Optional.empty();
  }

  private ChosenToken described(
      float[] logits, int offset, int n, int token, ChoiceOptions options) {
    Optional<float[]> whole =
        options.logits()
            ? Optional.of(Arrays.copyOfRange(logits, offset, offset + n))
            : Optional.empty();
    if (options.logprobs().isEmpty()) {
      return new ChosenToken(token, OptionalDouble.empty(), List.of(), whole);
    }
    probabilities.read(logits, offset, n);
    OptionalDouble logprob = OptionalDouble.of(probabilities.of(token));
    List<TokenScore> likeliest = probabilities.likeliest(options.logprobs().getAsInt());
    return new ChosenToken(token, logprob, likeliest, whole);
  }
}
