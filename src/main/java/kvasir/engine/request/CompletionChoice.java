package kvasir.engine.request;

import java.util.List;
import java.util.Optional;
import kvasir.engine.sampling.TokenScore;

/**
 * One continuation of a prompt.
 *
 * @param text the text before the end token or stop string; empty without a tokenizer
 * @param tokens all chosen ids, the end token included; not copied
 * @param logprobs log-probabilities of the tokens; empty if they were not asked for
 */
public record CompletionChoice(
    Optional<String> text,
    List<Integer> tokens,
    FinishReason finishReason,
    Optional<Logprobs> logprobs) {

  /**
   * Natural logarithms of probabilities by the model's own logits.
   *
   * @param chosen that of each chosen token
   * @param top the likeliest tokens at each place, the likeliest first; one list for each chosen
   *     token, or no list if none were asked for
   */
  public record Logprobs(List<Double> chosen, List<List<TokenScore>> top) {}
}
