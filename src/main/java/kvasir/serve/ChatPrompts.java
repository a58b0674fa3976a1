package kvasir.serve;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import kvasir.engine.constraint.Constraint;
import kvasir.grammar.Grammar;
import kvasir.template.RenderedText;
import kvasir.template.TemplateError;
import kvasir.text.CallForm;
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
   * @param text its text, up to the answer
   * @param ids its ids, with those of the beginning of an answer that is known before
   * @param answer part with which the answer begins
   * @param calls rules of calls in the answer; empty if there is to be none
   * @param constraint texts that the answer is one of; empty for any
   * @param thoughts thoughts that come before the rest of the answer, or may do so
   */
  record Prompt(
      String text,
      int[] ids,
      ThoughtSplitter.State answer,
      Optional<CallRules> calls,
      Optional<Constraint> constraint,
      Constraint.Before thoughts) {}

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
   * @param tools tools of the request
   * @param model the model that answers
   * @throws ApiError if the template refuses the conversation, or a forced call cannot be held
   */
  Prompt prompt(ChatInput input, Tools tools, ServedModel model) {
    try {
      RenderedText rendered = template.render(input);
      return tools.forced()
          ? forced(rendered, tools, model, thoughts(rendered, input))
          : new Prompt(
              rendered.text(),
              encoder.encode(rendered),
              thinks(rendered) ? ThoughtSplitter.State.THOUGHTS : ThoughtSplitter.State.BEGINNING,
              rules(tools, ""),
              Optional.empty(),
              thoughts(rendered, input));
    } catch (TemplateError e) {
      throw ApiError.invalid("messages", e.oneLine());
    }
  }

  /** Returns whether a prompt ends within the thoughts of the answer. */
  private static boolean thinks(RenderedText rendered) {
    String text = rendered.text();
    int open = text.lastIndexOf(ThoughtSplitter.OPEN);
    return open > text.lastIndexOf(ThoughtSplitter.CLOSE)
        && !rendered.hasInput(open, open + ThoughtSplitter.OPEN.length());
  }

  /** Returns the thoughts that may come before the rest of an answer. */
  private Constraint.Before thoughts(RenderedText rendered, ChatInput input) {
    if (thinks(rendered)) {
      return Constraint.Before.until(ThoughtSplitter.CLOSE);
    }
    boolean over =
        input.continueFinalMessage()
            || rendered.text().stripTrailing().endsWith(ThoughtSplitter.CLOSE);
    return !over && template.mentions(ThoughtSplitter.OPEN)
        ? Constraint.Before.optional(ThoughtSplitter.OPEN, ThoughtSplitter.CLOSE)
        : Constraint.Before.NOTHING;
  }

  /** Returns the prompt of an answer that consists of calls, perhaps behind thoughts. */
  private Prompt forced(
      RenderedText rendered, Tools tools, ServedModel model, Constraint.Before thoughts) {
    CallGrammar calls = new CallGrammar(model, template.callForm(), tools.allowed(), true);
    Grammar rest = calls.rest(limit(tools) > 1);
    if (thoughts.equals(Constraint.Before.NOTHING)) {
      // What is certain costs no step as a part of the prompt.
      RenderedText begun = rendered.followedBy(calls.prefix());
      return new Prompt(
          rendered.text(),
          encoder.encode(begun),
          ThoughtSplitter.State.CONTENT,
          rules(tools, calls.prefix()),
          Optional.of(new Constraint(rest, model.ends(), thoughts)),
          thoughts);
    }
    Grammar whole = Grammar.sequence(List.of(Grammar.literal(calls.prefix()), rest));
    return new Prompt(
        rendered.text(),
        encoder.encode(rendered),
        thinks(rendered) ? ThoughtSplitter.State.THOUGHTS : ThoughtSplitter.State.BEGINNING,
        rules(tools, ""),
        Optional.of(new Constraint(whole, model.ends(), thoughts)),
        thoughts);
  }

  /** Returns the texts of a format, and calls of tools if the model may decide for them. */
  Grammar withCalls(Grammar format, Tools tools, ServedModel model) {
    if (!tools.callable()) {
      return format;
    }
    CallForm form = template.callForm();
    List<Tool> spelled = tools.allowed().stream().filter(tool -> form.spells(tool.name())).toList();
    if (spelled.isEmpty()) {
      return format;
    }
    CallGrammar calls = new CallGrammar(model, form, spelled, false);
    Grammar call =
        Grammar.sequence(List.of(Grammar.literal(calls.prefix()), calls.rest(limit(tools) > 1)));
    return Grammar.anyOf(List.of(format, call));
  }

  private int limit(Tools tools) {
    boolean several = tools.parallel() && template.severalCalls();
    return several && !(tools.choice() instanceof ToolChoice.Named) ? Integer.MAX_VALUE : 1;
  }

  private Optional<CallRules> rules(Tools tools, String prefix) {
    return tools.callable()
        ? Optional.of(
            new CallRules(
                template.callForm(), tools.schemas(), limit(tools), tools.forced(), prefix))
        : Optional.empty();
  }

  @Override
  public void close() {
    encoder.close();
  }
}
