package kvasir.serve;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.template.RenderedText;
import kvasir.template.TemplateError;
import kvasir.text.ChatEncoder;
import kvasir.text.ChatInput;
import kvasir.text.ChatTemplate;
import kvasir.text.Tokenizer;

/**
 * Prompts of conversations, by the chat template of a model. Owns an encoder; the tokenizer stays
 * the caller's. Thread-safe.
 */
public final class ChatPrompts implements AutoCloseable {
  private final ChatTemplate template;
  private final ChatEncoder encoder;

  private ChatPrompts(ChatTemplate template, Tokenizer tokenizer) {
    this.template = template;
    this.encoder = new ChatEncoder(tokenizer);
  }

  /**
   * A prompt.
   *
   * @param text its text
   * @param ids its ids
   * @param answer part with which the answer begins
   */
  record Prompt(String text, int[] ids, ThoughtSplitter.State answer) {}

  /**
   * Reads the chat template of a model; empty if it has none.
   *
   * @param model the model's directory, or a GGUF file
   * @throws kvasir.error.UserError if the template is not valid or not supported
   */
  public static Optional<ChatPrompts> open(Path model, Tokenizer tokenizer) {
    return ChatTemplate.open(model).map(template -> new ChatPrompts(template, tokenizer));
  }

  /**
   * Returns the prompt of a conversation.
   *
   * @throws ApiError if the template refuses the conversation
   */
  Prompt prompt(ChatInput input) {
    try {
      RenderedText rendered = template.render(input);
      String text = rendered.text();
      int open = text.lastIndexOf(ThoughtSplitter.OPEN);
      boolean thinking =
          open > text.lastIndexOf(ThoughtSplitter.CLOSE)
              && !rendered.hasInput(open, open + ThoughtSplitter.OPEN.length());
      ThoughtSplitter.State answer =
          thinking ? ThoughtSplitter.State.THOUGHTS : ThoughtSplitter.State.BEGINNING;
      return new Prompt(text, encoder.encode(rendered), answer);
    } catch (TemplateError e) {
      throw ApiError.invalid("messages", e.oneLine());
    }
  }

  /**
   * Returns the rules by which calls are found in answers; empty if there is to be none.
   *
   * @param tools tools of the request
   */
  Optional<CallRules> rules(Tools tools) {
    if (!tools.callable()) {
      return Optional.empty();
    }
    boolean several = tools.parallel() && template.severalCalls();
    int limit = several && !(tools.choice() instanceof ToolChoice.Named) ? Integer.MAX_VALUE : 1;
    return Optional.of(
        new CallRules(template.callForm(), tools.names(), limit, tools.forced(), ""));
  }

  @Override
  public void close() {
    encoder.close();
  }
}
