package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.template.RenderedText;
import kvasir.template.Template;
import kvasir.template.TemplateError;
import kvasir.template.Variables;

/**
 * A model's chat template, which turns a conversation into the text of a prompt. {@link
 * ChatEncoder} turns that text into ids. Immutable and thread-safe.
 */
public final class ChatTemplate {
  private static final String NEEDLE = "needle";
  private static final String END_OF_MESSAGE = "\uE0F1end of the last message\uE0F2";
  private static final LocalDateTime ANY_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

  private final Map<String, Template> templates;
  private final ChatTemplateFiles files;
  private final ChatMessages form;
  private final CallForm callForm;
  private final boolean severalCalls;

  private ChatTemplate(ChatTemplateFiles files, Map<String, Template> templates) {
    this.templates = templates;
    this.files = files;
    String source = chosen(false).source();
    ArrayNode part = JsonNodeFactory.instance.arrayNode();
    part.addObject().put("type", "text").put("text", NEEDLE);
    this.form =
        new ChatMessages(
            takes(TextNode.valueOf(NEEDLE)), takes(part), source.contains("developer"));
    this.callForm = CallForm.of(chosen(true).source());
    this.severalCalls = showsSeveralCalls();
  }

  /**
   * Reads the chat template of a model; empty if it has none.
   *
   * @param model the model's directory, or a GGUF file
   * @throws UserError if it cannot be read, or is not valid or not supported
   */
  public static Optional<ChatTemplate> open(Path model) {
    ChatTemplateFiles files = ChatTemplateFiles.read(model);
    return files.templates().isEmpty() ? Optional.empty() : Optional.of(of(files));
  }

  /**
   * Returns a template from its text.
   *
   * @param where name of the template in messages
   * @param begin spelling of the token that begins a text, if the template may name it
   * @param end spelling of the token that ends a text, if the template may name it
   * @throws UserError if it is not valid or not supported
   */
  public static ChatTemplate of(
      String where, String source, Optional<String> begin, Optional<String> end) {
    return of(new ChatTemplateFiles(where, Map.of(ChatTemplateFiles.DEFAULT, source), begin, end));
  }

  private static ChatTemplate of(ChatTemplateFiles files) {
    Map<String, Template> templates = new LinkedHashMap<>();
    files.templates().forEach((name, source) -> templates.put(name, parsed(files.where(), source)));
    return new ChatTemplate(files, templates);
  }

  private static Template parsed(String where, String source) {
    try {
      return Template.parse(source);
    } catch (TemplateError e) {
      throw new UserError(where, e.oneLine(), "correct the chat template", e);
    }
  }

  private Template chosen(boolean tools) {
    return templates.get(files.chosen(tools));
  }

  /** Returns whether a content of this kind gets into the text, and not as Python prints it. */
  private boolean takes(JsonNode content) {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    messages.addObject().put("role", "user").set("content", content);
    try {
      String text =
          chosen(false).render(variables(ChatInput.of(messages, ANY_TIME), messages)).text();
      return text.contains(NEEDLE) && !text.contains("'type'") && !text.contains("\"type\"");
    } catch (TemplateError e) {
      return false;
    }
  }

  /** Returns whether two calls of one turn get into the text. */
  private boolean showsSeveralCalls() {
    ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    messages.addObject().put("role", "user").put("content", "x");
    ArrayNode calls =
        messages.addObject().put("role", "assistant").put("content", "").putArray("tool_calls");
    for (String name : List.of(NEEDLE + "A", NEEDLE + "B")) {
      ObjectNode call = calls.addObject().put("id", NEEDLE + "000").put("type", "function");
      call.putObject("function").put("name", name).putObject("arguments");
    }
    ArrayNode tools = JsonNodeFactory.instance.arrayNode();
    ObjectNode function = tools.addObject().put("type", "function").putObject("function");
    function
        .put("name", "x")
        .put("description", "x")
        .putObject("parameters")
        .putObject("properties");
    ChatInput input = new ChatInput(messages, tools, null, false, false, Map.of(), ANY_TIME);
    try {
      String text = render(input).text();
      return text.contains(NEEDLE + "A") && text.contains(NEEDLE + "B");
    } catch (TemplateError e) {
      return false;
    }
  }

  /** Returns whether the template mentions a mark, such as the one before thoughts. */
  public boolean mentions(String mark) {
    return templates.values().stream().anyMatch(template -> template.source().contains(mark));
  }

  /** Returns the form in which the model writes calls of tools. */
  public CallForm callForm() {
    return callForm;
  }

  /** Returns whether a turn of the assistant may have several calls of tools. */
  public boolean severalCalls() {
    return severalCalls;
  }

  /**
   * Returns the text of a conversation. Arguments of calls that are not objects are shown as they
   * are if the template takes them, and otherwise as the only value of an object.
   *
   * @throws TemplateError if the template raises an error, fails, or goes beyond its limits
   */
  public RenderedText render(ChatInput input) {
    ArrayNode messages = form.adapted(input.messages());
    boolean tools = input.tools().isArray() && !input.tools().isEmpty();
    Template template = chosen(tools);
    if (!input.continueFinalMessage()) {
      return render(template, input, messages);
    }
    mark(messages);
    RenderedText whole = render(template, input, messages);
    int cut = whole.text().lastIndexOf(END_OF_MESSAGE);
    if (cut < 0) {
      throw TemplateError.raised("the chat template does not show the end of the last message");
    }
    return whole.beginning(cut);
  }

  private RenderedText render(Template template, ChatInput input, ArrayNode messages) {
    try {
      return template.render(variables(input, messages));
    } catch (TemplateError e) {
      Optional<ArrayNode> others =
          e.kind() == TemplateError.Kind.LIMIT
              ? Optional.empty()
              : ChatMessages.withObjects(messages);
      return template.render(variables(input, others.orElseThrow(() -> e)));
    }
  }

  /** Adds a mark at the end of the last message's content. */
  private static void mark(ArrayNode messages) {
    if (messages.isEmpty() || !(messages.get(messages.size() - 1) instanceof ObjectNode last)) {
      throw TemplateError.raised("there is no last message to continue");
    }
    JsonNode content = last.path("content");
    if (content instanceof ArrayNode parts && !parts.isEmpty()) {
      ArrayNode marked = parts.deepCopy();
      if (marked.get(marked.size() - 1) instanceof ObjectNode part) {
        part.put("text", part.path("text").asText() + END_OF_MESSAGE);
      }
      last.set("content", marked);
    } else {
      last.put("content", content.asText() + END_OF_MESSAGE);
    }
  }

  private Variables variables(ChatInput input, ArrayNode messages) {
    // Some templates make special tokens from roles.
    Variables variables = new Variables().now(input.now()).trustField("role", ChatInput.ROLES);
    input.variables().forEach(variables::set);
    variables
        .set("messages", messages)
        .set("tools", input.tools().isEmpty() ? NullNode.instance : input.tools())
        .set("documents", input.documents())
        .set("add_generation_prompt", BooleanNode.valueOf(input.addGenerationPrompt()));
    files.begin().ifPresent(text -> variables.setTrusted("bos_token", text));
    files.end().ifPresent(text -> variables.setTrusted("eos_token", text));
    return variables;
  }
}
