package kvasir.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;

/**
 * The turns of a conversation in ChatML, which Qwen models and the demo model are taught: the
 * document is the system's turn, a question the user's. Turns are encoded as they are written,
 * without what the tokenizer puts around a text. The tokenizer stays the caller's.
 */
public final class Chat {
  private static final String START = "<|im_start|>";
  private static final String END = "<|im_end|>";

  private final Tokenizer tokenizer;
  private final int end;

  private Chat(Tokenizer tokenizer, int end) {
    this.tokenizer = tokenizer;
    this.end = end;
  }

  /** A chat in the tokens of a model; refuses a model whose tokenizer lacks the marks of turns. */
  public static Chat of(Tokenizer tokenizer, String model) {
    if (tokenizer.oneToken(START).isEmpty() || tokenizer.oneToken(END).isEmpty()) {
      throw new UserError(
          model, "its tokenizer has no " + START + " and " + END, "give a model for ChatML");
    }
    return new Chat(tokenizer, tokenizer.oneToken(END).getAsInt());
  }

  /** A text's turn as the system. */
  public EncodedText system(String text) {
    return tokenizer.encodeWithPlaces(START + "system\n" + text + END + "\n");
  }

  /** A question's turn, and the beginning of the answer's. */
  public int[] question(String text) {
    return tokenizer.encodeBare(START + "user\n" + text + END + "\n" + START + "assistant\n");
  }

  /**
   * Returns the tokens that end an answer: the one that ends a turn, whatever the model's
   * configuration says, and special tokens that the configuration names as well.
   *
   * @param configured ids that end a sequence by the configuration; one that spells a text is not
   *     an end of turns
   */
  public List<Integer> ends(List<Integer> configured) {
    return Stream.concat(
            Stream.of(end),
            configured.stream().filter(id -> tokenizer.specialToken(id).isPresent()))
        .distinct()
        .toList();
  }

  /** Checks that a user's text has no token in it that means more than its characters. */
  public String requirePlain(String where, String text) {
    Stream.of(START, END)
        .filter(text::contains)
        .findFirst()
        .ifPresent(
            mark -> {
              throw new UserError(where, "contains the chat's own mark " + mark, "take it out");
            });
    Optional<String> special = tokenizer.specialTokenIn(text);
    if (special.isPresent()) {
      throw new UserError(
          where, "contains the tokenizer's special token " + special.get(), "take it out");
    }
    return text;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }
}
