package kvasir.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;

/**
 * Encoder of conversations in ChatML, the format on which Qwen models and the demo model are
 * trained. A document is the system's turn, a question the user's. Turns are encoded without the
 * special tokens that the tokenizer puts around a text. The caller owns the tokenizer. Thread-safe.
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

  /**
   * Returns an encoder for a model; throws a {@link UserError} if its tokenizer lacks the special
   * tokens that begin and end a turn.
   *
   * @param model name of the model in errors
   */
  public static Chat of(Tokenizer tokenizer, String model) {
    if (tokenizer.oneToken(START).isEmpty() || tokenizer.oneToken(END).isEmpty()) {
      throw new UserError(
          model, "its tokenizer has no " + START + " and " + END, "give a model for ChatML");
    }
    return new Chat(tokenizer, tokenizer.oneToken(END).getAsInt());
  }

  /** Returns the system's turn with this text, and the places of its tokens. */
  public EncodedText system(String text) {
    return tokenizer.encodeWithPlaces(START + "system\n" + text + END + "\n");
  }

  /**
   * Returns the ids of the user's turn with this question, and of the beginning of the answer's
   * turn.
   */
  public int[] question(String text) {
    return tokenizer.encodeBare(START + "user\n" + text + END + "\n" + START + "assistant\n");
  }

  /**
   * Returns the ids that end an answer: the one that ends a turn, whether the model's configuration
   * names it or not, and the special tokens that the configuration names.
   *
   * @param configured ids that end a sequence by the model's configuration; those that are not
   *     special tokens are ignored
   */
  public List<Integer> ends(List<Integer> configured) {
    return Stream.concat(
            Stream.of(end),
            configured.stream().filter(id -> tokenizer.specialToken(id).isPresent()))
        .distinct()
        .toList();
  }

  /**
   * Returns {@code text}; throws a {@link UserError} if it contains a special token, which would be
   * read as more than its characters.
   *
   * @param where name of the text in errors
   */
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

  /** Returns the tokenizer, which the caller of {@link #of} owns. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }
}
