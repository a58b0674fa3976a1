package kvasir.engine.sampling;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Options by which the tokens of one sequence are chosen and described.
 *
 * @param choice number of this continuation among those that one request asks for, from 0
 * @param choices number of continuations, from this one on, that choose their first tokens from the
 *     same logits; 1 for one sequence alone
 * @param logprobs number of likeliest tokens to list with their log-probabilities for each chosen
 *     one, 0 for the chosen one's alone; empty for no log-probabilities
 * @param logits true if the logits of the whole vocabulary are wanted with each token, for instance
 *     for a fingerprint
 * @param constraint description of the texts that the output is one of, for rank 0's {@link
 *     TokenConstraint.Source}; empty for any
 */
public record ChoiceOptions(
    SamplingOptions sampling,
    int choice,
    int choices,
    OptionalInt logprobs,
    boolean logits,
    Optional<String> constraint) {
  /** Takes the likeliest token each time, without log-probabilities. */
  public static final ChoiceOptions GREEDY = of(SamplingOptions.GREEDY);

  /** Creates options without whole logits, for any output. */
  public ChoiceOptions(SamplingOptions sampling, int choice, int choices, OptionalInt logprobs) {
    this(sampling, choice, choices, logprobs, false, Optional.empty());
  }

  /** Creates options for any output. */
  public ChoiceOptions(
      SamplingOptions sampling, int choice, int choices, OptionalInt logprobs, boolean logits) {
    this(sampling, choice, choices, logprobs, logits, Optional.empty());
  }

  /** Returns the options of a request's only continuation, without log-probabilities. */
  public static ChoiceOptions of(SamplingOptions sampling) {
    return new ChoiceOptions(sampling, 0, 1, OptionalInt.empty());
  }

  /** Returns the options of one continuation alone. */
  public ChoiceOptions only(int number) {
    return new ChoiceOptions(sampling, number, 1, logprobs, logits, constraint);
  }

  /** Returns these options with the logits of the whole vocabulary for each token. */
  public ChoiceOptions withLogits() {
    return new ChoiceOptions(sampling, choice, choices, logprobs, true, constraint);
  }

  /** Returns these options for outputs that a description is about. */
  public ChoiceOptions constrained(Optional<String> description) {
    return new ChoiceOptions(sampling, choice, choices, logprobs, logits, description);
  }
}
