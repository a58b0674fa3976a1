package kvasir.text;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kvasir.error.UserError;
import kvasir.template.TemplateError;

/**
 * Encoder of documents and of questions on them, by the chat template of a model or, for a model
 * without one, in ChatML, the format on which Qwen models and the demo model are trained. A
 * document is the system's turn, a question the user's. Turns are encoded without the special
 * tokens that the tokenizer puts around a text. The caller owns the tokenizer. Thread-safe.
 */
public final class Chat {
  private static final String START = "<|im_start|>";
  private static final String END = "<|im_end|>";

  private static final ChatFrame CHAT_ML =
      new ChatFrame(
          START + "system\n", END + "\n", START + "user\n", END + "\n" + START + "assistant\n");

  private final Tokenizer tokenizer;
  private final ChatFrame frame;

  private Chat(Tokenizer tokenizer, ChatFrame frame) {
    this.tokenizer = tokenizer;
    this.frame = frame;
  }

  /**
   * Returns an encoder for a model.
   *
   * @param directory the model's directory, or a GGUF file
   * @param model name of the model in errors
   * @throws UserError if the model has neither a chat template that shows a document and a question
   *     nor the special tokens of ChatML
   */
  public static Chat open(Tokenizer tokenizer, Path directory, String model) {
    Optional<ChatTemplate> template = ChatTemplate.open(directory);
    return template.isPresent()
        ? new Chat(tokenizer, frame(template.get(), model))
        : of(tokenizer, model);
  }

  private static ChatFrame frame(ChatTemplate template, String model) {
    try {
      return ChatFrame.of(template);
    } catch (TemplateError e) {
      throw new UserError(model, e.oneLine(), "give a model whose template does", e);
    }
  }

  /**
   * Returns an encoder in ChatML; throws a {@link UserError} if its tokenizer lacks the special
   * tokens that begin and end a turn.
   *
   * @param model name of the model in errors
   */
  public static Chat of(Tokenizer tokenizer, String model) {
    if (tokenizer.oneToken(START).isEmpty() || tokenizer.oneToken(END).isEmpty()) {
      throw new UserError(
          model,
          "it has no chat template, and its tokenizer no " + START + " and " + END,
          "give a model for chats");
    }
    return new Chat(tokenizer, CHAT_ML);
  }

  /** Returns the system's turn with this text, and the places of its tokens. */
  public EncodedText system(String text) {
    return tokenizer.encodeWithPlaces(frame.beforeDocument() + text + frame.afterDocument());
  }

  /**
   * Returns the ids of the user's turn with this question, and of the beginning of the answer's
   * turn.
   */
  public int[] question(String text) {
    String turn = frame.beforeQuestion() + text + frame.afterQuestion();
    // What continues a turn has no prefix of its own.
    return frame.beforeQuestion().isEmpty()
        ? tokenizer.encodeInside(turn)
        : tokenizer.encodeBare(turn);
  }

  /**
   * Returns the ids that end an answer: the one that ends a turn of ChatML, whether the model's
   * configuration names it or not, and the special tokens that the configuration names.
   *
   * @param configured ids that end a sequence by the model's configuration; those that are not
   *     special tokens are ignored
   */
  public List<Integer> ends(List<Integer> configured) {
    return Stream.concat(
            tokenizer.oneToken(END).stream().boxed(),
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
