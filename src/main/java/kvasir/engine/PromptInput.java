package kvasir.engine;

import java.util.function.Consumer;
import kvasir.error.UserError;
import kvasir.model.ModelConfig;
import kvasir.text.OptionalTokenizer;
import kvasir.text.Tokenizer;

/**
 * The form of a prompt. Its text is sent separately.
 *
 * @param option name of the option that the prompt was given by, for messages
 * @param ids true if the text is a list of token ids
 */
public record PromptInput(String option, boolean ids) {
  /**
   * Returns the ids of a prompt; throws a {@link UserError} if the model cannot take them.
   *
   * @param text the prompt as the user gave it: plain text or ids
   * @param notice receives a line on a likely mistake that is not an error
   */
  public int[] tokens(
      String text, OptionalTokenizer tokenizer, ModelConfig config, Consumer<String> notice) {
    if (ids) {
      return TokenIds.check(option, TokenIds.parse(text), config);
    }
    if (text.isEmpty()) {
      throw new UserError(option, "the prompt is empty", "give some text");
    }
    Tokenizer present = tokenizer.require();
    int[] encoded = TokenIds.check(option, present.encode(text), config);
    present
        .doubledBegin(encoded)
        .ifPresent(
            token ->
                notice.accept(
                    String.format(
                        "%s: the prompt begins with %s twice, since the tokenizer puts one in front"
                            + " of each text; leave yours out",
                        option, token)));
    return encoded;
  }
}
