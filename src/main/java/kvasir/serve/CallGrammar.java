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
    return tools.size() == 1 ? form.begin() + named(tools.getFirst()) : form.begin();
  }

  /**
   * Returns what follows the prefix.
   *
   * @param several whether more than one call may follow; a single one ends with its arguments
   * @throws ApiError if the schema of a tool cannot be held
   */
  Grammar rest(boolean several) {
    List<Grammar> bodies = new ArrayList<>();
    for (Tool tool : tools) {
      Grammar arguments = sequence(Grammar.literal(" "), arguments(tool));
      bodies.add(tools.size() == 1 ? arguments : sequence(Grammar.literal(named(tool)), arguments));
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

  private String named(Tool tool) {
    return " " + Json.line(tool.name()) + form.between();
  }

  private Grammar arguments(Tool tool) {
    if (!held) {
      return Grammar.anyObject();
    }
    if (takesNothing(tool.parameters())) {
      return Grammar.literal("{}");
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
      String path = tool.path() + ".type";
      throw ApiError.invalid(path, path + " must be object, since arguments are one");
    }
    return ResponseFormat.ofSchema(schema, tool.path(), model);
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
