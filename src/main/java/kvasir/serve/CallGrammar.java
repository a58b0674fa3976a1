package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import kvasir.file.Json;
import kvasir.grammar.Grammar;
import kvasir.text.CallForm;

/**
 * Grammar of answers that consist of calls of tools, in one form. Its texts begin behind {@link
 * #prefix}, which all of them have in common.
 */
final class CallGrammar {
  /** Keywords that say nothing about the properties of an object. */
  private static final Set<String> WITHOUT_PROPERTIES =
      Set.of("type", "title", "description", "default", "examples", "$schema", "$id", "$comment");

  private static final JsonNode ANY_OBJECT = Json.object().put("type", "object");

  private final ServedModel model;
  private final CallForm form;
  private final List<Tool> tools;
  private final boolean held;

  /**
   * Creates the grammar of calls.
   *
   * @param tools tools that may be called, at least one
   * @param held whether arguments fit the schemas of their tools, or are any objects
   */
  CallGrammar(ServedModel model, CallForm form, List<Tool> tools, boolean held) {
    this.model = model;
    this.form = form;
    this.held = held;
    this.tools = List.copyOf(tools);
  }

  /** Returns the text with which each answer begins: up to the arguments if there is one tool. */
  String prefix() {
    return tools.size() == 1 ? form.begin() + form.named(tools.getFirst().name()) : form.begin();
  }

  /**
   * Returns what follows the prefix.
   *
   * @param several whether more than one call may follow; a single one ends with its arguments
   * @throws ApiError if the name of a tool cannot be written, or its schema not be held
   */
  Grammar rest(boolean several) {
    List<Grammar> bodies = new ArrayList<>();
    for (Tool tool : tools) {
      if (!form.spells(tool.name())) {
        throw ApiError.invalid(
            tool.namePath(),
            tool.namePath()
                + " cannot be written in calls of this model: it is too long, or has < or > or a line feed");
      }
      Grammar arguments =
          sequence(
              Grammar.literal(form.beforeArguments()),
              arguments(tool),
              Grammar.literal(form.behindArguments()));
      String name = tools.size() == 1 ? "" : form.named(tool.name());
      bodies.add(sequence(Grammar.literal(name), arguments));
    }
    Grammar call = bodies.size() == 1 ? bodies.getFirst() : Grammar.anyOf(bodies);
    if (!several) {
      return call;
    }
    Grammar end = Grammar.literal(form.end());
    Grammar next = sequence(Grammar.literal("\n" + prefix()), call, end);
    return sequence(call, end, Grammar.repeated(next, 0, Grammar.UNBOUNDED));
  }

  private static Grammar sequence(Grammar... parts) {
    return Grammar.sequence(List.of(parts));
  }

  private Grammar arguments(Tool tool) {
    if (!held) {
      return form.parameters() ? Grammar.ofParameters(ANY_OBJECT) : Grammar.anyObject();
    }
    if (takesNothing(tool.parameters())) {
      return Grammar.literal(form.parameters() ? "" : "{}");
    }
    ObjectNode schema = tool.parameters().deepCopy();
    JsonNode type = schema.path("type");
    boolean open =
        type.isArray()
            && StreamSupport.stream(type.spliterator(), false).anyMatch(CallGrammar::isObject);
    if (type.isMissingNode() || open) {
      // Arguments are an object whatever their schema leaves open.
      schema.put("type", "object");
    } else if (!isObject(type)) {
      String path = tool.parametersPath() + ".type";
      throw ApiError.invalid(path, path + " must be object, since arguments are one");
    }
    return ResponseFormat.ofSchema(
        schema,
        tool.parametersPath(),
        model,
        form.parameters() ? Grammar::ofParameters : Grammar::ofSchema);
  }

  private static boolean isObject(JsonNode type) {
    return "object".equals(type.textValue());
  }

  /** Returns whether a schema has no properties and says nothing about further ones. */
  private static boolean takesNothing(ObjectNode schema) {
    for (var field : schema.properties()) {
      JsonNode value = field.getValue();
      boolean empty = value.isContainerNode() && value.isEmpty();
      boolean nothing =
          switch (field.getKey()) {
            case "properties", "required", "$defs", "definitions" -> empty;
            case "additionalProperties" -> value.isBoolean() && !value.booleanValue();
            case "type" -> isObject(value);
            default -> WITHOUT_PROPERTIES.contains(field.getKey());
          };
      if (!nothing) {
        return false;
      }
    }
    return true;
  }
}
