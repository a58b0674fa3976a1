package kvasir.engine.batch;

import java.util.List;
import java.util.stream.IntStream;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.engine.sampling.OfferLayout;
import kvasir.engine.sampling.SamplingState;
import kvasir.engine.sampling.TokenMask;

/**
 * Options and state by which a rank takes part in choosing a sequence's tokens. It learns the
 * tokens from the plans: those that are stored when the sequence begins, then those of its spans.
 * Used by one thread at a time.
 */
final class SequenceSampling {
  private SamplingState state;
  private ChoiceOptions options;
  private final OfferLayout layout;
  private final OfferLayout describing;
  private final int promptTokens;
  private int known;

  /**
   * Creates the state of a sequence that begins.
   *
   * @param vocabulary number of tokens of the vocabulary
   */
  SequenceSampling(Operation.Choose begin, int vocabulary) {
    this.options = begin.options();
    this.layout = OfferLayout.of(begin.options(), vocabulary);
    this.describing = OfferLayout.ofDescribed(begin.options(), vocabulary);
    this.promptTokens = begin.promptTokens();
    this.known = begin.stored();
    this.state =
        new SamplingState(
            begin.options().sampling(),
            begin.options().choice(),
            begin.promptIds(),
            begin.outputIds());
  }

  /**
   * Takes the next tokens of the sequence, whose keys and values are computed or read.
   *
   * @param position position of the first of them
   * @throws IllegalStateException if they do not follow those that are known
   */
  void take(int position, int[] ids) {
    if (position != known) {
      throw new IllegalStateException(
          "token %d follows %d tokens of a sequence".formatted(position, known));
    }
    for (int id : ids) {
      if (known++ < promptTokens) {
        state.addPrompt(id);
      } else {
        state.append(id);
      }
    }
  }

  /** Returns the rule by which all choices of the request choose the next token. */
  ChoiceRow row() {
    List<SamplingState> states =
        IntStream.range(options.choice(), options.choice() + options.choices())
            .mapToObj(state::ofChoice)
            .toList();
    return new ChoiceRow.Sampled(states, options, layout);
  }

  /** Returns the rule by which a token that is known is described. */
  ChoiceRow given(int token) {
    return new ChoiceRow.Given(token, options, describing);
  }

  /** Sets the tokens from which the next ones are chosen. */
  void mask(TokenMask tokens) {
    state.mask(tokens);
  }

  /** Continues as one choice of the request. */
  void continueAs(ChoiceOptions choice) {
    options = choice;
    state = state.ofChoice(choice.choice());
  }
}
