package kvasir.engine.batch;

import java.util.Arrays;
import kvasir.engine.sampling.ChoiceOptions;

/**
 * Request for the tokens that follow a prompt.
 *
 * @param tokens ids of the prompt, followed by those of output that exists already, as after a loss
 *     of the world; not copied, and not to be changed
 * @param promptTokens number of tokens in the prompt, at least 1
 * @param maxTokens largest number of output tokens, existing ones included; larger than the number
 *     of existing ones. The context may set a lower limit. A request without a token to choose
 *     needs no step and is answered by the caller
 * @param choice options by which the tokens are chosen
 * @param scored whether the tokens of the prompt are described as if they had been chosen; all of
 *     them are computed then, since logits are not in the cache
 * @param watched whether the attention of the chosen tokens is counted by block
 */
public record Request(
    int[] tokens,
    int promptTokens,
    int maxTokens,
    ChoiceOptions choice,
    boolean scored,
    boolean watched) {
  public Request {
    if (promptTokens < 1 || promptTokens > tokens.length) {
      throw new IllegalArgumentException(promptTokens + " of " + tokens.length + " tokens");
    }
    if (maxTokens <= tokens.length - promptTokens) {
      throw new IllegalArgumentException("no token to choose: " + maxTokens);
    }
  }

  /** Creates a request whose prompt is not scored. */
  public Request(int[] tokens, int promptTokens, int maxTokens, ChoiceOptions choice) {
    this(tokens, promptTokens, maxTokens, choice, false, false);
  }

  /** Creates a request without output so far, whose prompt is not scored. */
  public Request(int[] prompt, int maxTokens, ChoiceOptions choice) {
    this(prompt, prompt.length, maxTokens, choice);
  }

  /** Returns this request, with a prompt that is scored. */
  public Request scoringPrompt() {
    return new Request(tokens, promptTokens, maxTokens, choice, true, watched);
  }

  /** Returns this request, with a prompt that is not scored. */
  public Request withoutScores() {
    return new Request(tokens, promptTokens, maxTokens, choice, false, watched);
  }

  /** Returns this request, with attention that is counted by block. */
  public Request watching() {
    return new Request(tokens, promptTokens, maxTokens, choice, scored, true);
  }

  /**
   * Returns the request of one choice, with one more token of output that exists.
   *
   * @param number number of the choice
   */
  Request with(int token, int number) {
    int[] more = Arrays.copyOf(tokens, tokens.length + 1);
    more[tokens.length] = token;
    return new Request(more, promptTokens, maxTokens, choice.only(number), false, watched);
  }

  /** Returns the number of output tokens that a context of {@code context} tokens allows. */
  int outputLimit(int context) {
    return (int) Math.min(maxTokens, (long) context - promptTokens + 1);
  }
}
