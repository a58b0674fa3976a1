package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tools of a request.
 *
 * @param list the tools, with different names
 * @param choice rule by which they are called; {@link ToolChoice.None} if there are none
 * @param parallel whether an answer may have several calls
 * @param nodes the tools as templates get them
 */
record Tools(List<Tool> list, ToolChoice choice, boolean parallel, ArrayNode nodes) {
  private static final int MAX_TOOLS = 1024;
  private static final String CHOICE = "tool_choice";

  Tools {
    list = List.copyOf(list);
  }

  /**
   * Reads the tools of a request. Schemas are read only where answers must have their form.
   *
   * @throws ApiError if they are wrong
   */
  static Tools read(Fields fields) {
    JsonNode given = fields.list("tools").orElse(JsonNodeFactory.instance.arrayNode());
    if (given.size() > MAX_TOOLS) {
      throw ApiError.invalid(
          "tools", "there are %,d tools; give at most %,d".formatted(given.size(), MAX_TOOLS));
    }
    List<Tool> tools = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < given.size(); i++) {
      Tool tool = tool(Fields.object("tools[" + i + "]", given.get(i)));
      if (!names.add(tool.name())) {
        throw ApiError.invalid(
            "tools",
            "tools has two functions with the name \"%s\"".formatted(ApiError.quoted(tool.name())));
      }
      tools.add(tool);
    }
    boolean parallel = fields.flag("parallel_tool_calls", true);
    return new Tools(tools, choice(fields, names), parallel, (ArrayNode) given);
  }

  private static Tool tool(Fields fields) {
    String type = fields.text("type").orElse("function");
    if (!type.equals("function")) {
      throw ApiError.invalid(
          fields.path("type"),
          "%s must be function, not \"%s\"".formatted(fields.path("type"), ApiError.quoted(type)));
    }
    String path = fields.path("function");
    Fields function = fields.object("function").orElseThrow(() -> missing(path));
    function.text("description");
    ObjectNode parameters =
        function
            .object("parameters")
            .map(Fields::node)
            .orElseGet(JsonNodeFactory.instance::objectNode);
    return new Tool(name(function), parameters, path);
  }

  private static String name(Fields function) {
    String path = function.path("name");
    return function.text("name").filter(n -> !n.isEmpty()).orElseThrow(() -> missing(path));
  }

  private static ApiError missing(String path) {
    return ApiError.invalid(path, path + " is missing");
  }

  private static ToolChoice choice(Fields fields, Set<String> names) {
    Optional<JsonNode> given = fields.value(CHOICE);
    boolean any = !names.isEmpty();
    if (given.isEmpty()) {
      return any ? new ToolChoice.Auto() : new ToolChoice.None();
    }
    if (given.get().isObject()) {
      return named(Fields.object(CHOICE, given.get()), names);
    }
    String word = Fields.text(CHOICE, given.get());
    return switch (word) {
      case "none" -> new ToolChoice.None();
      case "auto" -> any ? new ToolChoice.Auto() : new ToolChoice.None();
      case "required" -> {
        if (!any) {
          throw ApiError.invalid(CHOICE, "tool_choice required needs tools; give at least one");
        }
        yield new ToolChoice.Required();
      }
      default ->
          throw ApiError.invalid(
              CHOICE,
              "tool_choice must be none, auto, required or the name of a function, not \"%s\""
                  .formatted(ApiError.quoted(word)));
    };
  }

  private static ToolChoice named(Fields choice, Set<String> names) {
    if (!choice.text("type").orElse("").equals("function")) {
      throw ApiError.invalid(
          CHOICE, "tool_choice must be {\"type\": \"function\", \"function\": {\"name\": NAME}}");
    }
    String name =
        choice
            .object("function")
            .flatMap(function -> function.text("name"))
            .orElseThrow(() -> ApiError.invalid(CHOICE, "tool_choice.function.name is missing"));
    if (!names.contains(name)) {
      throw ApiError.invalid(
          CHOICE,
          "tool_choice names \"%s\", which is not in tools".formatted(ApiError.quoted(name)));
    }
    return new ToolChoice.Named(name);
  }

  /** Returns whether answers may have calls. */
  boolean callable() {
    return !(choice instanceof ToolChoice.None);
  }

  /** Returns whether answers must have calls. */
  boolean forced() {
    return choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named;
  }

  /** Returns the tools that may be called. */
  List<Tool> allowed() {
    return switch (choice) {
      case ToolChoice.None none -> List.of();
      case ToolChoice.Auto auto -> list;
      case ToolChoice.Required required -> list;
      case ToolChoice.Named named ->
          list.stream().filter(tool -> tool.name().equals(named.name())).toList();
    };
  }

  /** Returns the tools as a template gets them: none where none may be called. */
  JsonNode forTemplate() {
    return callable() ? nodes : NullNode.instance;
  }

  /** Returns the schemas of the tools that may be called, by their names. */
  Map<String, JsonNode> schemas() {
    return allowed().stream().collect(Collectors.toMap(Tool::name, Tool::parameters));
  }
}
