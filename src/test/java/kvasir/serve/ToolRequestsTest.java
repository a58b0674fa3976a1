package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.SharedData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with tools, and the prompts that templates make of them (S29, S31, S45, S47, S48). */
class ToolRequestsTest {
  private static final String CHAT = "/v1/chat/completions";

  @TempDir static Path folder;

  private static ScriptedServer qwen;

  @BeforeAll
  static void start() throws IOException {
    qwen = server("qwen", template("Qwen-Qwen3-0.6B")).says("Yes.");
  }

  private static String template(String name) throws IOException {
    return Files.readString(SharedData.path("chat-templates/" + name + ".jinja"));
  }

  private static ScriptedServer server(String name, String template) throws IOException {
    return new ScriptedServer(Files.createDirectory(folder.resolve(name)), template);
  }

  @AfterAll
  static void stop() {
    if (qwen != null) {
      qwen.close();
    }
  }

  private static String chat(String... changes) {
    String base = "{\"messages\":[{\"role\":\"user\",\"content\":\"Who lives here?\"}]}";
    for (int i = 0; i < changes.length; i++) {
      changes[i] = changes[i].replace('\'', '"');
    }
    return ServedDemo.merged(base, changes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'tools':{}|tools",
        "'tools':'f'|tools",
        "'tools':[5]|tools[0]",
        "'tools':[{'type':'function'}]|tools[0].function",
        "'tools':[{'type':'retrieval','function':{'name':'f'}}]|tools[0].type",
        "'tools':[{'type':5,'function':{'name':'f'}}]|tools[0].type",
        "'tools':[{'function':{'description':'x'}}]|tools[0].function.name",
        "'tools':[{'function':{'name':''}}]|tools[0].function.name",
        "'tools':[{'function':{'name':5}}]|tools[0].function.name",
        "'tools':[{'function':{'name':'f','description':5}}]|tools[0].function.description",
        "'tools':[{'function':{'name':'f','parameters':[]}}]|tools[0].function.parameters",
        "'tools':[{'function':{'name':'f'}},{'function':{'name':'f'}}]|tools",
        "'tools':[{'function':{'name':'f'}},{'function':{'name':'f'}}],'tool_choice':'none'|tools",
        "'tool_choice':'required'|tool_choice",
        "'tool_choice':'required','tools':[]|tool_choice",
        "'tool_choice':'always','tools':[{'function':{'name':'f'}}]|tool_choice",
        "'tool_choice':5,'tools':[{'function':{'name':'f'}}]|tool_choice",
        "'tool_choice':{'type':'function','function':{'name':'g'}},'tools':[{'function':{'name':'f'}}]|tool_choice",
        "'tool_choice':{'type':'function','function':{'name':'g'}}|tool_choice",
        "'tool_choice':{'type':'function'},'tools':[{'function':{'name':'f'}}]|tool_choice",
        "'tool_choice':{'type':'custom'},'tools':[{'function':{'name':'f'}}]|tool_choice",
        "'parallel_tool_calls':1|parallel_tool_calls",
        "'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':{}}]|messages[1].tool_calls",
        "'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[5]}]|messages[1].tool_calls[0]",
        "'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[{'id':'a'}]}]|messages[1].tool_calls[0].function",
        "'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[{'function':{}}]}]|messages[1].tool_calls[0].function.name"
      })
  void wrongFieldsAreNamedS45(String change, String param) {
    HttpResponse<String> response = qwen.post(CHAT, chat("{" + change + "}"));
    JsonNode error = ServedDemo.refused(400, response);
    assertEquals(param, error.path("param").asText(), response.body());
  }

  @Test
  void fieldsThatSayNothingAreTaken() {
    String same = qwen.prompt(chat());
    for (String change :
        new String[] {
          "{'tools':null,'tool_choice':null,'parallel_tool_calls':null}",
          "{'tools':[],'tool_choice':'auto','parallel_tool_calls':false}",
          "{'tools':[{'function':{'name':'f'}}],'tool_choice':'none'}"
        }) {
      assertEquals(same, qwen.prompt(chat(change)), change);
    }
  }

  /** Schemas of tools are not read unless answers must have their form. */
  @Test
  void noSchemaOfAToolIsRefusedS47() {
    StringBuilder tools = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      tools.append("{'type':'function','function':{'name':'a.b-%d'}},".formatted(i));
    }
    String odd =
        "{'type':'function','function':{'name':'x.y','strict':true,'parameters':{"
            + "'$schema':'http://127.0.0.1:9/s','properties':{'a':{'maxLength':65536,'pattern':'(?=a)'},"
            + "'b':{'anyOf':[{'type':'null'},{'$ref':'#'}],'default':1,'format':'uri'}}}}}";
    JsonNode choice = qwen.choice(chat("{'tools':[" + tools + odd + "]}"));
    assertEquals("Yes.", choice.at("/message/content").asText());
    for (String parameters :
        new String[] {"null", "{}", "{'type':'string'}", "{'properties':{}}"}) {
      String tool = "{'function':{'name':'f','parameters':" + parameters + "}}";
      assertEquals(
          "Yes.", qwen.choice(chat("{'tools':[" + tool + "]}")).at("/message/content").asText());
    }
  }

  @Test
  void templatesGetToolsAsTheyAre() {
    String tool =
        "{'type':'function','function':{'name':'f','description':'F.','parameters':"
            + "{'type':'object','properties':{'b':{},'a':{}}}}}";
    String prompt = qwen.prompt(chat("{'tools':[" + tool + "]}"));
    String shown =
        "<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"f\", \"description\": \"F.\", "
            + "\"parameters\": {\"type\": \"object\", \"properties\": {\"b\": {}, \"a\": {}}}}}\n</tools>";
    assertTrue(prompt.contains(shown), prompt);
  }

  private static String history(String arguments) {
    return chat(
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':null,"
            + "'tool_calls':[{'id':'abc','type':'function','function':{'name':'f','arguments':"
            + arguments
            + "}}]},{'role':'tool','tool_call_id':'other','content':"
            + "[{'type':'text','text':'Yes'},{'type':'text','text':'No'}]}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'{\\'a\\':1}'|{\"a\": 1}",
        "{'a':1}|{\"a\": 1}",
        "''|{}",
        "null|{}",
        "'{\\'a\\':'|{\"a\":",
        "'{\\'a\\':1} x'|{\"a\":1} x",
        "'[1]'|[1]"
      })
  void argumentsOfEarlierCallsAreMappingsS48(String arguments, String shown) {
    String prompt = qwen.prompt(history(arguments));
    String call = "<tool_call>\n{\"name\": \"f\", \"arguments\": " + shown + "}\n</tool_call>";
    assertTrue(prompt.contains("<|im_start|>assistant\n" + call + "<|im_end|>\n"), prompt);
    assertTrue(prompt.contains("<tool_response>\nYes\nNo\n</tool_response>"), prompt);
    assertEquals("Yes.", qwen.choice(history(arguments)).at("/message/content").asText());
  }

  /** Templates that go through the arguments one by one take no text. */
  @ParameterizedTest
  @CsvSource({"Qwen3-Coder,false", "Qwen3.5-4B,false", "Qwen3-Coder,true"})
  void textsAreArgumentsWhereTemplatesIterateS48(String name, boolean continued)
      throws IOException {
    try (ScriptedServer server = server(name + continued, template(name)).says("Yes.")) {
      for (String arguments : new String[] {"'{\\'a\\':'", "'[1]'", "[1]", "'x'"}) {
        String last =
            "{'messages':[{'role':'user','content':'b'},{'role':'assistant','content':'c'}]}";
        String request = history(arguments);
        if (continued) {
          request = request.replace("]}]}", "]}," + chat(last).split("\\[", 2)[1]);
          request = ServedDemo.merged(request, "{\"continue_final_message\":true}");
        }
        String shown =
            arguments.equals("[1]")
                ? arguments
                : ServedDemo.json(arguments.replace('\'', '"')).asText();
        String prompt = server.prompt(request);
        String call =
            "<tool_call>\n<function=f>\n<parameter=arguments>\n%s\n</parameter>\n</function>\n</tool_call>";
        assertTrue(prompt.contains(call.formatted(shown)), prompt);
        assertEquals(200, server.post(CHAT, request).statusCode());
      }
    }
  }

  @Test
  void anotherFaultBesideATextIsToldS48() throws IOException {
    String template =
        "{% for m in messages %}{% for c in m.tool_calls %}{% for k, v in c.function.arguments|items %}"
            + "{{ k }}{% endfor %}{% endfor %}{% endfor %}{{ raise_exception('No system turn.') }}";
    try (ScriptedServer server = server("faults", template)) {
      JsonNode error = ServedDemo.refused(400, server.post(CHAT, history("'x'")));
      assertTrue(error.path("message").asText().contains("No system turn."), error.toString());
      error = ServedDemo.refused(400, server.post(CHAT, history("{'a':1}")));
      assertTrue(error.path("message").asText().contains("No system turn."), error.toString());
    }
  }

  /** S31: each place of a request with text; a mark that were one would be one token. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'tools':[{'function':{'name':'MARK'}}]}",
        "{'tools':[{'function':{'name':'f','description':'MARK'}}]}",
        "{'tools':[{'function':{'name':'f','parameters':{'properties':{'MARK':{}}}}}]}",
        "{'tools':[{'function':{'name':'f','parameters':{'default':'MARK'}}}]}",
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[{'function':{'name':'MARK','arguments':{}}}]}]}",
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[{'function':{'name':'f','arguments':{'a':'MARK'}}}]}]}",
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[{'function':{'name':'f','arguments':'MARK'}}]}]}",
        "{'messages':[{'role':'user','content':'a'},{'role':'tool','content':'MARK'}]}",
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','reasoning_content':'MARK','content':'x'}]}"
      })
  void marksInRequestsArePlainCharactersS31(String change) {
    String marked = chat(change.replace("MARK", "a<|im_end|>b"));
    String plain = chat(change.replace("MARK", "ab"));
    assertTrue(tokens(marked) - tokens(plain) >= 4, qwen.prompt(marked));
  }

  private static int tokens(String request) {
    HttpResponse<String> response = qwen.post(CHAT, request);
    assertEquals(200, response.statusCode(), response.body());
    return ServedDemo.json(response.body()).at("/usage/prompt_tokens").asInt();
  }

  /** S15: halves of surrogate pairs in every place. */
  @Test
  void halfPairsAreReplaced() {
    // As JSON's escapes, since no encoding of a body can hold them.
    String request =
        ("{'messages':[{'role':'user','content':'a'},{'role':'assistant','tool_calls':[{'function':"
                + "{'name':'f','arguments':'{\\'a\\':\\'\\\\ud83d\\'}'}}]}],"
                + "'tools':[{'function':{'name':'f\\uD83D','description':'\\ude42'}}]}")
            .replace('\'', '"');
    String prompt = qwen.prompt(request);
    assertTrue(prompt.contains("\"name\": \"f\uFFFD\", \"description\": \"\uFFFD\""), prompt);
    assertTrue(prompt.contains("\"arguments\": {\"a\": \"\uFFFD\"}"), prompt);
    assertEquals(200, qwen.post(CHAT, request).statusCode());
  }

  @Test
  void aTemplateRefusesWithItsOwnWordsS29() throws IOException {
    String template =
        "{% if messages|length > 1 %}{{ raise_exception('Turns must alternate.') }}{% endif %}x";
    String two = chat("{'messages':[{'role':'user','content':'a'},{'role':'user','content':'b'}]}");
    try (ScriptedServer server = server("raising", template).says("Yes.")) {
      for (String stream : new String[] {"{\"stream\":false}", "{\"stream\":true}"}) {
        JsonNode error = ServedDemo.refused(400, server.post(CHAT, ServedDemo.merged(two, stream)));
        assertTrue(error.path("message").asText().contains("Turns must alternate."));
      }
    }
    try (ScriptedServer server =
        server(
            "bomb",
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}")) {
      ServedDemo.refused(400, server.post(CHAT, chat()));
    }
  }

  @Test
  void aModelWithoutATemplateNamesCompletionsS29() throws IOException {
    try (ScriptedServer server = server("none", null)) {
      JsonNode error = ServedDemo.refused(400, server.post(CHAT, chat()));
      assertTrue(error.path("message").asText().contains("/v1/completions"), error.toString());
    }
  }

  /** A template that knows no tools shows none, and calls are found all the same. */
  @Test
  void aTemplateWithoutToolsIsNotChanged() throws IOException {
    String template = "{% for m in messages %}{{ m.role + ':' + m.content }}{% endfor %}";
    String tools = "{'tools':[{'function':{'name':'f','description':'Secret.'}}]}";
    try (ScriptedServer server = server("plain", template)) {
      assertEquals("user:Who lives here?", server.prompt(chat(tools)));
      String call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>";
      JsonNode message = server.says(call).choice(chat(tools)).path("message");
      assertEquals("f", message.at("/tool_calls/0/function/name").asText());
      assertFalse(message.path("content").isTextual());
    }
  }

  /** S30: a last turn of the assistant is continued, also behind a call. */
  @Test
  void theLastMessageCanBeContinuedS30() {
    String turns =
        "{'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'The code of'}],"
            + "'continue_final_message':true}";
    assertTrue(qwen.prompt(chat(turns)).endsWith("The code of"), qwen.prompt(chat(turns)));
  }

  @Test
  void textsThatAreNotJsonAreShownAsTheyAre() {
    String text = "'" + "{".repeat(5000) + "'";
    assertEquals("Yes.", qwen.choice(history(text)).at("/message/content").asText());
    assertEquals(TextNode.valueOf("Yes."), qwen.choice(chat()).at("/message/content"));
  }
}
