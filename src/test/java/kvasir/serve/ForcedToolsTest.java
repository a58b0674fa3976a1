package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.SharedData;
import kvasir.file.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that a request forces, by the demo model, whole and as a stream (S5, S42 to S47, S55). */
class ForcedToolsTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"Who lives here?\"}],\"max_tokens\":60,"
          + "\"temperature\":0,\"tool_choice\":\"required\"}";
  private static final String BOOLEAN =
      "{'type':'object','properties':{'a':{'type':'boolean'}},'required':['a']}";

  private static final String MARKED = "</tool_call>\"\n<|im_end|>🙂";

  @TempDir static Path folder;

  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo = ServedDemo.start();
  }

  @AfterAll
  static void stop() {
    demo.awaitIdle();
    demo.close();
  }

  private static String tool(String name, String parameters) {
    String schema = parameters == null ? "" : ",\"parameters\":" + parameters.replace('\'', '"');
    return "{\"type\":\"function\",\"function\":{\"name\":\"" + name + "\"" + schema + "}}";
  }

  private static String call(String tools, String... changes) {
    String[] all = new String[changes.length + 1];
    all[0] = "{\"tools\":[" + tools + "]}";
    for (int i = 0; i < changes.length; i++) {
      all[i + 1] = changes[i].replace('\'', '"');
    }
    return ServedDemo.merged(CHAT, all);
  }

  /** Returns the first choice of an answer, after a check that a stream says the same. */
  private static JsonNode choice(ServedDemo server, String request) {
    JsonNode whole = server.answer(PATH, request);
    StreamedChat.requireEqual(whole, server.events(PATH, request));
    return whole.path("choices").path(0);
  }

  private static JsonNode arguments(JsonNode choice) {
    assertEquals("tool_calls", choice.path("finish_reason").asText(), choice.toString());
    assertTrue(choice.at("/message/content").isNull(), choice.toString());
    assertEquals(1, choice.at("/message/tool_calls").size(), choice.toString());
    return ServedDemo.json(choice.at("/message/tool_calls/0/function/arguments").textValue());
  }

  private static String name(JsonNode choice) {
    return choice.at("/message/tool_calls/0/function/name").asText();
  }

  @Test
  void aRequiredCallIsMadeS42() {
    JsonNode choice = choice(demo, call(tool("f", BOOLEAN)));
    assertEquals("f", name(choice));
    JsonNode arguments = arguments(choice);
    assertEquals(1, arguments.size());
    assertTrue(arguments.path("a").isBoolean(), arguments.toString());
  }

  @Test
  void choicesOfOneRequestCallEachS42() {
    String request = call(tool("f", BOOLEAN), "{'n':3,'temperature':1,'seed':5}");
    JsonNode whole = demo.answer(PATH, request);
    StreamedChat.requireEqual(whole, demo.events(PATH, request));
    whole.path("choices").forEach(choice -> assertTrue(arguments(choice).path("a").isBoolean()));
  }

  @Test
  void aCallThatIsCutEndsWithLengthS43() {
    String value = "x".repeat(40);
    String schema = "{'properties':{'a':{'enum':['" + value + "']}},'required':['a']}";
    JsonNode choice = choice(demo, call(tool("f", schema), "{'max_tokens':5}"));
    assertEquals("length", choice.path("finish_reason").asText());
    String arguments = choice.at("/message/tool_calls/0/function/arguments").textValue();
    assertTrue(("{\"a\":\"" + value + "\"}").startsWith(arguments), arguments);
    assertTrue(arguments.startsWith("{"), arguments);
    assertEquals(value, arguments(choice(demo, call(tool("f", schema)))).path("a").asText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "{}", "{'type':'object'}", "{'type':'object','properties':{}}"})
  void aToolWithoutParametersGetsAnEmptyObjectS44(String parameters) {
    JsonNode choice = choice(demo, call(tool("f", parameters.isEmpty() ? null : parameters)));
    assertEquals("{}", arguments(choice).toString());
    assertEquals("{}", choice.at("/message/tool_calls/0/function/arguments").textValue());
  }

  @Test
  void aNamedToolIsCalledOnceS45() {
    String tools =
        tool("f", BOOLEAN) + "," + tool("g.h", BOOLEAN) + "," + tool("odd", "{'not':{}}");
    for (String name : new String[] {"f", "g.h"}) {
      String named = "{'tool_choice':{'type':'function','function':{'name':'" + name + "'}}}";
      JsonNode choice = choice(demo, call(tools, named));
      assertEquals(name, name(choice));
      assertTrue(arguments(choice).path("a").isBoolean());
    }
  }

  @Test
  void oneOfSeveralToolsIsCalledS45() {
    String tools = tool("first", BOOLEAN) + "," + tool("second \\\"é", BOOLEAN);
    JsonNode choice =
        choice(demo, call(tools, "{'temperature':1,'seed':7,'parallel_tool_calls':false}"));
    assertTrue(name(choice).equals("first") || name(choice).equals("second \"é"), name(choice));
    assertTrue(arguments(choice).path("a").isBoolean());
  }

  @Test
  void argumentsMayContainMarksS46() {
    ObjectNode schema = Json.object();
    schema.putObject("properties").putObject("a").putArray("enum").add(MARKED);
    schema.putArray("required").add("a");
    JsonNode choice = choice(demo, call(tool("f", schema.toString())));
    assertEquals(MARKED, arguments(choice).path("a").asText());
  }

  /** S5: a cut inside a character. */
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"})
  void argumentsThatAreCutAreTextS5(int tokens) {
    String schema = "{'properties':{'a':{'enum':['🙂🙂']}},'required':['a']}";
    JsonNode choice = choice(demo, call(tool("f", schema), "{'max_tokens':" + tokens + "}"));
    String arguments = choice.at("/message/tool_calls/0/function/arguments").textValue();
    String sure = arguments.replace("\uFFFD", "");
    assertTrue("{\"a\":\"🙂🙂\"}".startsWith(sure), arguments);
    assertTrue(arguments.length() - sure.length() <= 1, arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'properties':{'a':{'not':{'const':1}}}}|required|tools[0].function.parameters.properties.a.not",
        "{'type':'string'}|required|tools[0].function.parameters.type",
        "{'properties':{'a':{'minimum':'x'}}}|{'type':'function','function':{'name':'f'}}|tools[0].function.parameters.properties.a.minimum"
      })
  void schemasThatCannotBeHeldAreNamedWhereTheyCountS47(
      String schema, String choice, String param) {
    String quoted = choice.startsWith("{") ? choice : "'" + choice + "'";
    String request = call(tool("f", schema), "{'tool_choice':" + quoted + "}");
    JsonNode error = demo.refused(400, PATH, request);
    assertEquals(param, error.path("param").asText(), error.toString());
    String auto = call(tool("f", schema), "{'tool_choice':'auto','max_tokens':1}");
    assertEquals(1, demo.answer(PATH, auto).at("/usage/completion_tokens").asInt());
  }

  /** S38: the mask wins over a bias; S41: nothing of a call is an entry. */
  @Test
  void masksWinOverBiases() {
    String request =
        call(tool("f", BOOLEAN), "{'logit_bias':{'2':100,'175':100},'logprobs':true,'stop':['{']}");
    JsonNode choice = choice(demo, request);
    assertTrue(arguments(choice).path("a").isBoolean());
    assertEquals(0, choice.at("/logprobs/content").size());
  }

  /** A format does not keep the model from calls that it decides for. */
  @Test
  void anAnswerIsOfTheFormatOrACall() {
    String schema = "{'type':'json_schema','json_schema':{'schema':{'enum':['no']}}}";
    String auto = "{'tool_choice':'auto','response_format':" + schema;
    String tools = tool("f", "{'not':{}}");
    int quote = demo.tokenizer().encode("\"")[0];
    int less = demo.tokenizer().encode("<")[0];
    JsonNode text = choice(demo, call(tools, auto + ",'logit_bias':{'" + quote + "':100}}"));
    assertEquals("\"no\"", text.at("/message/content").asText());
    assertEquals("stop", text.path("finish_reason").asText());
    // Unknown arguments are free and may be long; the call begins in any case.
    JsonNode begun = choice(demo, call(tools, auto + ",'logit_bias':{'" + less + "':100}}"));
    assertEquals("f", name(begun), begun.toString());
    assertTrue(begun.at("/message/content").isNull(), begun.toString());
  }

  private static ServedDemo server(String template) throws IOException {
    String text = Files.readString(SharedData.path("chat-templates/" + template + ".jinja"));
    return ServedDemo.withTemplate(Files.createDirectory(folder.resolve(template)), text);
  }

  @Test
  void llamaCallsHaveTheirForm() throws IOException {
    try (ServedDemo llama = server("meta-llama-Llama-3.1-8B-Instruct")) {
      JsonNode choice = choice(llama, call(tool("f", BOOLEAN) + "," + tool("g", null)));
      assertTrue(name(choice).equals("f") || name(choice).equals("g"), choice.toString());
      arguments(choice);
    }
  }

  /** S42 to S46 in the form of Qwen3-Coder, whose values are plain text between marks. */
  @Test
  void parametersHaveTheirForm() throws IOException {
    try (ServedDemo coder = server("Qwen3-Coder")) {
      JsonNode one = choice(coder, call(tool("f", BOOLEAN)));
      assertEquals("f", name(one));
      assertTrue(arguments(one).path("a").isBoolean());
      assertEquals("{}", arguments(choice(coder, call(tool("f", null)))).toString());

      ObjectNode schema = Json.object();
      schema
          .putObject("properties")
          .putObject("a")
          .putArray("enum")
          .add(MARKED)
          .add("</parameter>");
      schema.putArray("required").add("a");
      JsonNode marked = choice(coder, call(tool("f", schema.toString()), "{'max_tokens':100}"));
      assertEquals(MARKED, arguments(marked).path("a").asText());

      JsonNode cut = choice(coder, call(tool("f", schema.toString()), "{'max_tokens':8}"));
      assertEquals("length", cut.path("finish_reason").asText());
      String begun = cut.at("/message/tool_calls/0/function/arguments").textValue();
      assertTrue(Json.line(Json.object().put("a", MARKED)).startsWith(begun), begun);

      String tools = tool("f", BOOLEAN) + "," + tool("g.h", BOOLEAN) + "," + tool("a>b", null);
      String named = "{'tool_choice':{'type':'function','function':{'name':'g.h'}}}";
      assertEquals("g.h", name(choice(coder, call(tools, named))));
      JsonNode error = coder.refused(400, PATH, call(tools));
      assertEquals("tools[2].function.name", error.path("param").asText(), error.toString());
      String auto = call(tools, "{'tool_choice':'auto','response_format':{'type':'json_object'}}");
      assertEquals(200, coder.post(PATH, auto).statusCode());
    }
  }

  /** S55: thoughts are free, and none come where the template has closed them. */
  @Test
  void callsComeBehindThoughtsS55() throws IOException {
    String opens =
        "{% for m in messages %}{{ m.role + '\\n' + m.content + '\\n' }}{% endfor %}"
            + "{{ '<think>' if enable_thinking is undefined else '<think></think>' }}";
    Path own = Files.createDirectory(folder.resolve("thinking"));
    try (ServedDemo thinking = ServedDemo.withTemplate(own, opens)) {
      JsonNode cut = choice(thinking, call(tool("f", BOOLEAN), "{'max_tokens':12}"));
      assertFalse(cut.at("/message/reasoning_content").asText().isEmpty(), cut.toString());
      assertEquals("", cut.at("/message/content").textValue());
      assertEquals("length", cut.path("finish_reason").asText());
      String none = "{'chat_template_kwargs':{'enable_thinking':false}}";
      JsonNode choice = choice(thinking, call(tool("f", BOOLEAN), none));
      assertFalse(choice.path("message").has("reasoning_content"), choice.toString());
      assertTrue(arguments(choice).path("a").isBoolean());
    }
  }

  /** S55: Qwen3.5 thinks, and writes parameters behind its thoughts. */
  @Test
  void parametersComeBehindThoughtsS55() throws IOException {
    try (ServedDemo qwen = server("Qwen3.5-4B")) {
      String tool = tool("f", BOOLEAN);
      String none = "{'max_tokens':100,'chat_template_kwargs':{'enable_thinking':false}}";
      assertTrue(arguments(choice(qwen, call(tool, none))).path("a").isBoolean());
      JsonNode cut = choice(qwen, call(tool, "{'max_tokens':12}"));
      assertFalse(cut.at("/message/reasoning_content").asText().isEmpty(), cut.toString());
      assertEquals("", cut.at("/message/content").textValue());
      assertEquals("length", cut.path("finish_reason").asText());
    }
  }

  /** S55: a template that leaves it to the model whether it thinks. */
  @Test
  void aModelMayThinkBeforeACallS55() throws IOException {
    try (ServedDemo qwen = server("Qwen-Qwen3-0.6B")) {
      JsonNode choice =
          choice(qwen, call(tool("f", BOOLEAN), "{'max_tokens':400,'parallel_tool_calls':false}"));
      boolean called = choice.path("finish_reason").asText().equals("tool_calls");
      if (called) {
        assertTrue(arguments(choice).path("a").isBoolean());
      } else {
        assertTrue(choice.at("/message").has("reasoning_content"), choice.toString());
      }
    }
  }
}
