package kvasir.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.file.Json;

/**
 * Messages in the form that a template takes: contents as texts or as lists of parts, the role
 * {@code developer} as {@code system} where the template does not know it, and arguments of calls
 * as objects.
 *
 * @param texts true if the template takes a content that is a text
 * @param parts true if the template takes a content that is a list of parts
 * @param developer true if the template knows the role {@code developer}
 */
record ChatMessages(boolean texts, boolean parts, boolean developer) {
  private static final String ARGUMENTS = "arguments";

  /** Returns copies of messages in this form. */
  ArrayNode adapted(ArrayNode messages) {
    ArrayNode adapted = JsonNodeFactory.instance.arrayNode(messages.size());
    for (JsonNode message : messages) {
      adapted.add(message instanceof ObjectNode object ? adapted(object) : message);
    }
    return adapted;
  }

  private ObjectNode adapted(ObjectNode original) {
    ObjectNode message = original.objectNode().setAll(original);
    if (!developer && message.path("role").asText().equals("developer")) {
      message.put("role", "system");
    }
    content(message);
    JsonNode calls = message.path("tool_calls");
    if (calls.isNull() || (calls.isArray() && calls.isEmpty())) {
      message.remove("tool_calls");
    } else if (calls.isArray()) {
      message.set("tool_calls", calls(calls));
    }
    return message;
  }

  private void content(ObjectNode message) {
    JsonNode content = message.path("content");
    if (content.isMissingNode() || content.isNull()) {
      message.put("content", "");
    } else if (content.isArray() && (content.size() < 2 || !parts) && texts) {
      List<String> lines = new ArrayList<>();
      content.forEach(part -> lines.add(part.path("text").asText()));
      message.put("content", String.join("\n", lines));
    }
    if (message.path("content").isTextual() && !texts && parts) {
      String text = message.path("content").textValue();
      message.putArray("content").addObject().put("type", "text").put("text", text);
    }
  }

  private static ArrayNode calls(JsonNode calls) {
    ArrayNode adapted = JsonNodeFactory.instance.arrayNode();
    for (JsonNode call : calls) {
      JsonNode function = call.path("function");
      JsonNode arguments = function.path(ARGUMENTS);
      if (call instanceof ObjectNode object
          && function instanceof ObjectNode inner
          && (arguments.isTextual() || arguments.isNull() || arguments.isMissingNode())) {
        ObjectNode copy = inner.objectNode().setAll(inner);
        copy.set(ARGUMENTS, arguments(arguments));
        adapted.add(object.objectNode().<ObjectNode>setAll(object).set("function", copy));
      } else {
        adapted.add(call);
      }
    }
    return adapted;
  }

  /** Returns arguments as an object; as they are if their text is not one. */
  private static JsonNode arguments(JsonNode text) {
    if (!text.isTextual() || text.textValue().isBlank()) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      return Json.readComplete(text.textValue(), JsonNode.class) instanceof ObjectNode object
          ? WholeText.of(object)
          : text;
    } catch (JsonProcessingException e) {
      return text;
    }
  }

  /**
   * Returns copies of messages, for a template that takes no arguments but objects: other arguments
   * are the only value of an object. Empty if there are none.
   */
  static Optional<ArrayNode> withObjects(ArrayNode messages) {
    ArrayNode copies = messages.deepCopy();
    boolean any = false;
    for (JsonNode message : copies) {
      for (JsonNode call : message.path("tool_calls")) {
        if (call.path("function") instanceof ObjectNode function
            && !function.path(ARGUMENTS).isObject()) {
          JsonNode other = function.path(ARGUMENTS);
          function.putObject(ARGUMENTS).set(ARGUMENTS, other);
          any = true;
        }
      }
    }
    return any ? Optional.of(copies) : Optional.empty();
  }
}
