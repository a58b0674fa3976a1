package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import kvasir.SharedData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Calls in answers of models that decide for them, whole and as a stream (S5, S11, S42 to S46,
 * S55). Each text arrives character by character, so that marks are split over tokens.
 */
class ToolCallsTest {
  @TempDir static Path folder;

  private static ScriptedServer qwen;
  private static ScriptedServer llama;
  private static ScriptedServer coder;

  @BeforeAll
  static void start() throws IOException {
    qwen = server("Qwen-Qwen3-0.6B");
    llama = server("meta-llama-Llama-3.1-8B-Instruct");
    coder = server("Qwen3-Coder");
  }

  private static ScriptedServer server(String template) throws IOException {
    String text = Files.readString(SharedData.path("chat-templates/" + template + ".jinja"));
    return new ScriptedServer(Files.createDirectory(folder.resolve(template)), text);
  }

  @AfterAll
  static void stop() {
    if (qwen != null) {
      qwen.close();
    }
    if (llama != null) {
      llama.close();
    }
    if (coder != null) {
      coder.close();
    }
  }

  private static String chat(String... changes) {
    String tools =
        "[{'type':'function','function':{'name':'f','description':'F.','parameters':{}}},"
            + "{'type':'function','function':{'name':'g.h'}}]";
    String base =
        "{'messages':[{'role':'user','content':'Who lives here?'}],'tools':" + tools + "}";
    for (int i = 0; i < changes.length; i++) {
      changes[i] = changes[i].replace('\'', '"');
    }
    return ServedDemo.merged(base.replace('\'', '"'), changes);
  }

  private static String call(String name, String arguments) {
    return "<tool_call>\n{\"name\": \"%s\", \"arguments\": %s}\n</tool_call>"
        .formatted(name, arguments);
  }

  private static String calls(JsonNode choice) {
    StringJoiner calls = new StringJoiner(";");
    for (JsonNode call : choice.at("/message/tool_calls")) {
      calls.add(call.at("/function/name").asText() + call.at("/function/arguments").asText());
    }
    return calls.toString();
  }

  private static String content(JsonNode choice) {
    return choice.at("/message/content").asText();
  }

  @Test
  void aCallHasAnIdANameAndArgumentsS42() {
    JsonNode choice = qwen.says(call("f", "{\"a\": true}")).choice(chat());
    assertEquals("tool_calls", choice.path("finish_reason").asText());
    assertTrue(choice.at("/message/content").isNull(), choice.toString());
    assertEquals("f{\"a\": true}", calls(choice));
    JsonNode call = choice.at("/message/tool_calls/0");
    assertEquals(List.of("id", "type", "function"), names(call));
    assertEquals(List.of("name", "arguments"), names(call.path("function")));
  }

  private static List<String> names(JsonNode node) {
    return node.properties().stream().map(java.util.Map.Entry::getKey).toList();
  }

  @Test
  void severalCallsAndAContentStandBesideEachOtherS42() {
    String text = "Let me look.\n" + call("f", "{\"a\": 1}") + "\n" + call("g.h", "{}");
    JsonNode choice = qwen.says(text).choice(chat("{'n':2}"));
    assertEquals("Let me look.", content(choice));
    assertEquals("f{\"a\": 1};g.h{}", calls(choice));
    assertEquals("tool_calls", choice.path("finish_reason").asText());
  }

  @Test
  void anAnswerWithoutCallsHasNoKeyForThemS42() {
    JsonNode choice = qwen.says("A < B, and <tool> is text. ").choice(chat());
    assertEquals("A < B, and <tool> is text. ", content(choice));
    assertFalse(choice.path("message").has("tool_calls"));
    assertEquals("stop", choice.path("finish_reason").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<tool_call>\\n{\"name\": \"f\", \"arguments\": {\"a\": \"xx|f{\"a\": \"xx",
        "<tool_call>\\n{\"name\": \"f\", \"argum|",
        "<tool_call>|"
      })
  void aCallThatIsCutEndsWithLengthS43(String text, String calls) {
    JsonNode choice = qwen.saysUpTo(text.replace("\\n", "\n")).choice(chat());
    assertEquals(calls == null ? "" : calls, calls(choice));
    assertEquals("", choice.at("/message/content").asText("").replace("null", ""));
    assertEquals("length", choice.path("finish_reason").asText());
  }

  @Test
  void argumentsOfACallWithoutAnyAreAnObjectS44() {
    for (String arguments : List.of("{}", "null", "\"\"")) {
      assertEquals("f{}", calls(qwen.says(call("f", arguments)).choice(chat())), arguments);
    }
  }

  @Test
  void nothingIsACallWhereNoneMayBeS45() {
    String text = call("f", "{}");
    for (String none : List.of("{'tool_choice':'none'}", "{'tools':null}", "{'tools':[]}")) {
      JsonNode choice = qwen.says(text).choice(chat(none));
      assertEquals(text, content(choice), none);
      assertFalse(choice.path("message").has("tool_calls"), none);
      assertEquals("stop", choice.path("finish_reason").asText());
    }
  }

  @Test
  void anAnswerHasOneCallWhereCallsAreNotParallelS45() {
    String text = call("f", "{\"a\": {}}") + "\n" + call("g.h", "{}");
    JsonNode choice = qwen.says(text).choice(chat("{'parallel_tool_calls':false}"));
    assertEquals("f{\"a\": {}}", calls(choice));
    assertEquals("tool_calls", choice.path("finish_reason").asText());
  }

  @Test
  void aCallEndsWhereItsJsonEndsS46() {
    String arguments = "{\"a\": \"</tool_call>\\\"\\n<|im_end|>🙂</think>\"}";
    JsonNode choice = qwen.says(call("f", arguments)).choice(chat("{'stop':['im_end']}"));
    assertEquals("f" + arguments, calls(choice));
    JsonNode parsed =
        ServedDemo.json(choice.at("/message/tool_calls/0/function/arguments").asText());
    assertEquals("</tool_call>\"\n<|im_end|>🙂</think>", parsed.path("a").asText());
  }

  @Test
  void llamaCallsAreTheAnswerOrFollowAMark() {
    String call = "{\"name\": \"g.h\", \"parameters\": {\"a\": [1]}}";
    for (String text : List.of(call, "<|python_tag|>" + call, "\n " + call)) {
      JsonNode choice = llama.says(text).choice(chat());
      assertEquals("g.h{\"a\": [1]}", calls(choice), text);
      assertTrue(choice.at("/message/content").isNull(), choice.toString());
      assertEquals("tool_calls", choice.path("finish_reason").asText());
    }
    // The template refuses a second call in the history.
    assertEquals("g.h{\"a\": [1]}", calls(llama.says(call + "; " + call).choice(chat())));
    String other = "{\"name\": \"Moritz\", \"code\": 9393}";
    assertEquals(other, content(llama.says(other).choice(chat())));
  }

  private static String parameters(String name, String... keysAndValues) {
    StringBuilder call = new StringBuilder("<tool_call>\n<function=" + name + ">\n");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      call.append(
          "<parameter=%s>\n%s\n</parameter>\n".formatted(keysAndValues[i], keysAndValues[i + 1]));
    }
    return call + "</function>\n</tool_call>";
  }

  /** S42 to S46 in the form of Qwen3-Coder. */
  @Test
  void parametersBecomeArguments() {
    String first = parameters("f", "a", "</function>\n</tool_call>🙂", "b", "<|im_end|>");
    JsonNode choice =
        coder.says("Let me look.\n" + first + "\n" + parameters("g.h")).choice(chat());
    assertEquals("Let me look.", content(choice));
    assertEquals(
        "f{\"a\":\"</function>\\n</tool_call>🙂\",\"b\":\"<|im_end|>\"};g.h{}", calls(choice));
    assertEquals("tool_calls", choice.path("finish_reason").asText());

    JsonNode alone =
        coder.says(first + parameters("g.h")).choice(chat("{'parallel_tool_calls':false}"));
    assertEquals(1, alone.at("/message/tool_calls").size(), alone.toString());
    assertTrue(alone.at("/message/content").isNull(), alone.toString());

    JsonNode none = coder.says(first).choice(chat("{'tool_choice':'none'}"));
    assertEquals(first, content(none));

    JsonNode cut = coder.saysUpTo("<tool_call>\n<function=f>\n<parameter=a>\nxé").choice(chat());
    assertEquals("f{\"a\":\"xé", calls(cut));
    assertEquals("length", cut.path("finish_reason").asText());
  }

  /** A call comes back as the template writes it, and is read as the same call. */
  @Test
  void parametersComeBackInTheHistory() {
    String call = parameters("f", "a", "two\nlines", "b", "{\"k\": [1, null]}");
    String history =
        "{'messages':[{'role':'user','content':'x'},{'role':'assistant','content':'','tool_calls':"
            + "[{'type':'function','function':{'name':'f','arguments':"
            + "'{\\'a\\':\\'two\\\\nlines\\',\\'b\\':{\\'k\\':[1,null]}}'}}]}]}";
    assertTrue(coder.prompt(chat(history)).contains(call), coder.prompt(chat(history)));
    String typed =
        "{'tools':[{'type':'function','function':{'name':'f','parameters':{'properties':"
            + "{'a':{'type':'string'},'b':{'type':'object'}}}}}]}";
    assertEquals(
        "f{\"a\":\"two\\nlines\",\"b\":{\"k\": [1, null]}}",
        calls(coder.says(call).choice(chat(typed))));
  }

  @Test
  void thoughtsAreNeitherContentNorCallsS55() {
    String thoughts = "I could <tool_call>\n{\"name\": \"f\"";
    String text = "<think>\n" + thoughts + "\n</think>\n\n" + call("f", "{\"a\": \"</think>\"}");
    JsonNode choice = qwen.says(text).choice(chat());
    assertEquals(thoughts, choice.at("/message/reasoning_content").asText());
    assertEquals("f{\"a\": \"</think>\"}", calls(choice));
    assertTrue(choice.at("/message/content").isNull(), choice.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "I", "think", "\n", "</think>"})
  void stopsEndNoThoughtsS55(String stop) {
    String text = "<think>\nI think of a secret.\n</think>\n\nHello";
    JsonNode choice = qwen.says(text).choice(chat(stops(stop)));
    assertEquals("I think of a secret.", choice.at("/message/reasoning_content").asText());
    assertEquals("Hello", content(choice));
  }

  private static String stops(String stop) {
    return "{\"stop\":" + com.fasterxml.jackson.databind.node.TextNode.valueOf(stop) + "}";
  }

  @Test
  void stopsEndContentsS55() {
    String text = "<think>\nA secret.\n</think>\n\nThe secret is <tool_call> or so.";
    JsonNode choice = qwen.says(text).choice(chat("{'stop':['or','secret is']}"));
    assertEquals("A secret.", choice.at("/message/reasoning_content").asText());
    assertEquals("The ", content(choice));
    assertEquals("stop", choice.path("finish_reason").asText());
  }

  @Test
  void aCutInsideThoughtsLeavesNoContentS55() {
    JsonNode choice = qwen.saysUpTo("<think>\nI think").choice(chat());
    assertEquals("I think", choice.at("/message/reasoning_content").asText());
    assertEquals("", choice.at("/message/content").textValue());
    assertEquals("length", choice.path("finish_reason").asText());
  }

  @Test
  void onlyTokensOfTheContentHaveEntriesS41() {
    String text = "<think>Ähm</think>Höre: 🙂\n" + call("f", "{\"a\": 1}") + " Ende";
    JsonNode choice = qwen.says(text).choice(chat("{'logprobs':true}"));
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    for (JsonNode entry : choice.at("/logprobs/content")) {
      entry.path("bytes").forEach(b -> bytes.write(b.asInt()));
    }
    assertEquals("Höre: 🙂Ende", content(choice));
    assertEquals(content(choice), bytes.toString(java.nio.charset.StandardCharsets.UTF_8));
  }
}
