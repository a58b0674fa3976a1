package kvasir.engine.sampling;

import java.util.List;

/**
 * The rule by which tokens are chosen from one row of logits, and what is told about them. Every
 * rank has an equal one.
 */
public sealed interface ChoiceRow {
  /** Returns the states of the choices that choose from this row, at least one. */
  List<SamplingState> states();

  /** Returns the options by which tokens are described. */
  ChoiceOptions options();

  /** Returns the layout of a rank's offer. */
  OfferLayout layout();

  /**
   * Row whose tokens are chosen by sampling options.
   *
   * @param states state of each choice that chooses from this row
   */
  record Sampled(List<SamplingState> states, ChoiceOptions options, OfferLayout layout)
      implements ChoiceRow {}

  /** Row whose token is known, and described as if it had been chosen. */
  record Given(int token, ChoiceOptions options, OfferLayout layout) implements ChoiceRow {
    private static final List<SamplingState> GREEDY =
        List.of(new SamplingState(SamplingOptions.GREEDY, 0, new int[0], new int[0]));

    @Override
    public List<SamplingState> states() {
      return GREEDY;
    }
  }

  /**
   * Returns the row of one choice.
   *
   * @param state the choice's state, which this row refers to
   * @param vocabulary number of tokens of the vocabulary
   */
  static Sampled of(ChoiceOptions options, SamplingState state, int vocabulary) {
    return new Sampled(List.of(state), options, OfferLayout.of(options, vocabulary));
  }

  /**
   * Returns the row of the first choice that follows a prompt.
   *
   * @param vocabulary number of tokens of the vocabulary
   */
  static Sampled after(int[] prompt, ChoiceOptions options, int vocabulary) {
    return of(
        options,
        new SamplingState(options.sampling(), options.choice(), prompt, new int[0]),
        vocabulary);
  }
}
