package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Optional;
import kvasir.text.ChatInput;

/** Checks of the messages of a conversation. Nothing that they refer to is fetched. */
final class ChatMessageFields {
  private static final int MAX_MESSAGES = 4096;

  private ChatMessageFields() {}

  /**
   * Returns the messages of a request.
   *
   * @throws ApiError if one is not a message of OpenAI's API with text alone
   */
  static ArrayNode read(Fields fields) {
    JsonNode given =
        fields
            .list("messages")
            .orElseThrow(() -> ApiError.invalid("messages", "messages is missing"));
    if (given.isEmpty()) {
      throw ApiError.invalid("messages", "messages is empty");
    }
    if (given.size() > MAX_MESSAGES) {
      throw ApiError.invalid(
          "messages",
          "there are %,d messages; give at most %,d".formatted(given.size(), MAX_MESSAGES));
    }
    ArrayNode messages = (ArrayNode) given;
    for (int i = 0; i < messages.size(); i++) {
      check(Fields.object("messages[" + i + "]", messages.get(i)));
    }
    return messages;
  }

  private static void check(Fields message) {
    String path = message.path("role");
    String role =
        message.text("role").orElseThrow(() -> ApiError.invalid(path, path + " is missing"));
    if (role.equals("function")) {
      throw ApiError.invalid(path, path + " function is not supported; use the role tool");
    }
    if (!ChatInput.ROLES.contains(role)) {
      throw ApiError.invalid(
          path,
          "%s must be system, developer, user, assistant or tool, not \"%s\""
              .formatted(path, ApiError.quoted(role)));
    }
    boolean calls = calls(message);
    if (message.value("content").isPresent()) {
      content(message.path("content"), message.value("content").get(), role);
    } else if (!role.equals("assistant") && !calls) {
      String content = message.path("content");
      throw ApiError.invalid(content, content + " must be a text or a list of parts, not null");
    }
  }

  /**
   * Checks the calls of a message, but for their arguments: what a model wrote there must not make
   * a conversation unusable.
   *
   * @return whether there are any
   */
  private static boolean calls(Fields message) {
    Optional<JsonNode> calls = message.list("tool_calls");
    if (calls.isEmpty()) {
      return false;
    }
    for (int i = 0; i < calls.get().size(); i++) {
      Fields call = Fields.object(message.path("tool_calls[" + i + "]"), calls.get().get(i));
      String path = call.path("function");
      Fields function =
          call.object("function").orElseThrow(() -> ApiError.invalid(path, path + " is missing"));
      if (function.text("name").isEmpty()) {
        throw ApiError.invalid(function.path("name"), function.path("name") + " is missing");
      }
    }
    return !calls.get().isEmpty();
  }

  private static void content(String path, JsonNode content, String role) {
    if (content.isTextual()) {
      return;
    }
    if (!content.isArray()) {
      throw Fields.unlike(path, "a text or a list of parts", content);
    }
    for (int i = 0; i < content.size(); i++) {
      Fields part = Fields.object(path + "[" + i + "]", content.get(i));
      String type = part.text("type").orElse("");
      if (type.equals("refusal") && role.equals("assistant") && part.text("refusal").isPresent()) {
        // A text of the assistant, too; templates do not know the type.
        part.node().put("type", "text").set("text", part.node().remove("refusal"));
        continue;
      }
      if (!type.equals("text")) {
        throw ApiError.invalid(
            part.path("type"),
            "%s must be text, not \"%s\"; only text is supported"
                .formatted(part.path("type"), ApiError.quoted(type)));
      }
      if (part.text("text").isEmpty()) {
        throw ApiError.invalid(part.path("text"), part.path("text") + " is missing");
      }
    }
  }
}
