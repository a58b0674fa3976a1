package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The choices of a chat, as a client joins them from the events of a stream (S3, S11, S42). */
final class StreamedChat {
  /** One choice so far. */
  private static final class Choice {
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder thoughts = new StringBuilder();
    private final List<String> names = new ArrayList<>();
    private final List<StringBuilder> arguments = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private final ArrayNode entries = JsonNodeFactory.instance.arrayNode();
    private boolean begun;
    private String reason;
  }

  private final List<Choice> choices = new ArrayList<>();
  private JsonNode usage = JsonNodeFactory.instance.missingNode();

  private StreamedChat() {}

  /** Returns the events of a stream that must end with {@code [DONE]}, without it. */
  static List<JsonNode> events(HttpResponse<String> response) {
    assertEquals(200, response.statusCode(), response.body());
    String[] parts = response.body().split("\n\n", -1);
    assertEquals("data: [DONE]", parts[parts.length - 2], response.body());
    List<JsonNode> events = new ArrayList<>();
    for (int i = 0; i < parts.length - 2; i++) {
      assertTrue(parts[i].startsWith("data: {"), parts[i]);
      events.add(ServedDemo.json(parts[i].substring("data: ".length())));
    }
    return events;
  }

  /** Checks that the events of a stream say what a whole answer says. */
  static void requireEqual(JsonNode whole, List<JsonNode> events) {
    StreamedChat chat = new StreamedChat();
    events.forEach(chat::add);
    assertEquals(whole.path("choices").size(), chat.choices.size());
    for (JsonNode choice : whole.path("choices")) {
      chat.requireEqual(choice);
    }
    if (!chat.usage.isMissingNode()) {
      assertEquals(
          whole.at("/usage/completion_tokens"), chat.usage.path("completion_tokens"), "counts");
      assertEquals(whole.at("/usage/prompt_tokens"), chat.usage.path("prompt_tokens"), "counts");
    }
  }

  private void add(JsonNode event) {
    assertEquals("chat.completion.chunk", event.path("object").asText());
    if (event.path("choices").isEmpty()) {
      usage = event.path("usage");
      return;
    }
    JsonNode node = event.path("choices").path(0);
    int index = node.path("index").asInt();
    while (choices.size() <= index) {
      choices.add(new Choice());
    }
    Choice choice = choices.get(index);
    assertEquals(null, choice.reason, "nothing follows the last event of a choice");
    JsonNode delta = node.path("delta");
    assertEquals(choice.begun, !delta.has("role"), event.toString());
    choice.begun = true;
    assertFalse(delta.has("content") && delta.has("reasoning_content"), event.toString());
    choice.content.append(delta.path("content").asText(""));
    choice.thoughts.append(delta.path("reasoning_content").asText(""));
    delta.path("tool_calls").forEach(call -> add(choice, call));
    node.at("/logprobs/content").forEach(choice.entries::add);
    if (!node.path("finish_reason").isNull()) {
      assertTrue(delta.isEmpty(), event.toString());
      choice.reason = node.path("finish_reason").asText();
    }
  }

  private static void add(Choice choice, JsonNode call) {
    int index = call.path("index").asInt(-1);
    JsonNode function = call.path("function");
    assertTrue(function.path("arguments").isTextual(), call.toString());
    if (index == choice.names.size()) {
      requireId(choice.ids, call);
      assertEquals("function", call.path("type").asText());
      assertEquals("", function.path("arguments").asText());
      choice.names.add(function.path("name").asText());
      choice.arguments.add(new StringBuilder());
    } else {
      assertEquals(choice.names.size() - 1, index, "calls come one after the other");
      assertEquals(2, call.size(), call.toString());
      assertEquals(1, function.size(), call.toString());
    }
    choice.arguments.get(index).append(function.path("arguments").asText());
  }

  private static void requireId(Set<String> ids, JsonNode call) {
    String id = call.path("id").asText();
    assertTrue(id.matches("[A-Za-z0-9]{9}"), id);
    assertTrue(ids.add(id), "two calls have the id " + id);
  }

  private void requireEqual(JsonNode whole) {
    Choice choice = choices.get(whole.path("index").asInt());
    JsonNode message = whole.path("message");
    assertEquals(message.path("content").asText(""), choice.content.toString());
    assertEquals(message.path("reasoning_content").asText(""), choice.thoughts.toString());
    assertEquals(message.has("tool_calls"), !choice.names.isEmpty());
    assertEquals(message.path("tool_calls").size(), choice.names.size());
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < choice.names.size(); i++) {
      JsonNode call = message.path("tool_calls").path(i);
      requireId(ids, call);
      assertEquals("function", call.path("type").asText());
      assertEquals(call.at("/function/name").asText(), choice.names.get(i));
      assertEquals(call.at("/function/arguments").asText(), choice.arguments.get(i).toString());
    }
    assertEquals(whole.path("finish_reason").asText(), choice.reason);
    assertEquals(whole.at("/logprobs/content").size(), choice.entries.size());
    for (int i = 0; i < choice.entries.size(); i++) {
      assertEquals(whole.at("/logprobs/content").path(i), choice.entries.get(i));
    }
  }
}
