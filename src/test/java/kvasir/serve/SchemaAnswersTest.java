package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kvasir.file.Json;
import kvasir.file.StrictJson;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that must fit a schema: S4, S5, S38, S41 and S49 to S54 of the list of situations. */
class SchemaAnswersTest {
  private static final String PATH = "/v1/chat/completions";
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"Who lives here?\"}],\"temperature\":0,"
          + "\"max_tokens\":60}";

  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo = ServedDemo.start();
  }

  @AfterAll
  static void stop() {
    demo.close();
  }

  /** Returns a request for an answer by a schema, whose quotes may be single ones. */
  private static String schema(String schema, String... changes) {
    ObjectNode format = Json.object().put("type", "json_schema");
    ObjectNode named = format.putObject("json_schema").put("name", "s");
    named.set("schema", ServedDemo.json(schema.replace('\'', '"')));
    return ServedDemo.merged(format(format), changes);
  }

  private static String format(JsonNode format) {
    return ServedDemo.merged(CHAT, Json.object().set("response_format", format).toString());
  }

  private static JsonNode choice(String body) {
    return demo.answer(PATH, body).path("choices").path(0);
  }

  private static String content(JsonNode choice) {
    return choice.path("message").path("content").textValue();
  }

  private static String streamed(String body) {
    return demo.events(PATH, body).stream()
        .map(event -> event.at("/choices/0/delta/content").asText(""))
        .collect(Collectors.joining());
  }

  /** Returns the JSON of an answer that must end by itself. */
  private static JsonNode value(String body) {
    JsonNode choice = choice(body);
    assertEquals("stop", choice.path("finish_reason").asText(), choice.toString());
    String text = content(choice);
    assertEquals(text, streamed(body));
    return ServedDemo.json(text);
  }

  @Test
  void charactersOfSeveralTokensStayWhole() {
    String body = schema("{'enum':['🙂é']}");
    assertEquals("🙂é", value(body).textValue());
    for (JsonNode event : demo.events(PATH, body)) {
      String delta = event.at("/choices/0/delta/content").asText("");
      assertFalse(delta.contains("\ufffd"), delta);
      assertEquals(
          delta, new String(delta.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aCutInsideACharacterGivesValidText() {
    String body = schema("{'enum':['🙂🙂']}", "{\"max_tokens\":3}");
    JsonNode choice = choice(body);
    assertEquals("length", choice.path("finish_reason").asText());
    assertEquals(content(choice), streamed(body));
    assertTrue(content(choice).startsWith("\""), content(choice));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'enum':['é\\n\\'',1,null,{'k':[true]}]} | ['é\\n\\'',1,null,{'k':[true]}]",
        "{'const':-0.5} | [-0.5]",
        "{'const':{'é':'\\u2028'}} | [{'é':'\\u2028'}]",
        "{'type':['null','boolean']} | [null,true,false]",
        "{'oneOf':[{'const':'a'},{'const':2}]} | ['a',2]",
        "{'type':'integer','minimum':10,'maximum':12} | [10,11,12]",
      })
  void aValueIsOneOfThoseThatFit(String schema, String values) {
    List<JsonNode> fitting = new ArrayList<>();
    ServedDemo.json(values.replace("\\'", "\\\"").replace('\'', '"')).forEach(fitting::add);
    JsonNode value = value(schema(schema.replace("\\'", "\\\"")));
    assertTrue(fitting.contains(value), value.toString());
  }

  @Test
  void keysComeInTheOrderOfTheProperties() {
    JsonNode choice =
        choice(
            schema(
                "{'type':'object','properties':{'thought':{'type':'boolean'},"
                    + "'answer':{'type':'integer'}},'required':['answer','thought'],"
                    + "'additionalProperties':false}"));
    assertTrue(
        content(choice).matches("\\{\"thought\":(true|false),\"answer\":-?[0-9]{1,15}\\}"),
        content(choice));
  }

  @Test
  void anIntegerWithoutBoundsEndsByItself() {
    JsonNode value = value(schema("{'type':'integer'}", "{\"max_tokens\":9000}"));
    assertTrue(value.isIntegralNumber(), value.toString());
  }

  @Test
  void lengthsAreHeldBesideAPattern() {
    JsonNode value =
        value(schema("{'type':'string','pattern':'^[a-zé]+$','minLength':3,'maxLength':5}"));
    assertTrue(value.textValue().matches("[a-zé]{3,5}"), value.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'type':'string','not':{'const':'a'}} | .not",
        "{'properties':{'a':{'if':{}}}} | .properties.a.if",
        "{'type':'object','patternProperties':{}, 'uniqueItems':true,'dependentRequired':"
            + "{'a':['b']}} | .dependentRequired",
        "{'type':'array','uniqueItems':true} | .uniqueItems",
        "{'type':'array','contains':{'const':1}} | .contains",
        "{'pattern':'a(?=b)'} | .pattern",
        "{'type':'array','minItems':3,'maxItems':2} | .minItems",
        "{'enum':[]} | .enum",
        "{'$ref':'http://127.0.0.1:9/s'} | .$ref",
        "{'$ref':'#'} | .$ref",
        "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}"
            + " | .$defs.a.$ref",
        "{'type':'array','minItems':1000000000} | ``",
        "{'type':'array','minItems':500000} | ``",
        "{'pattern':'(a{1000}){1000}'} | .pattern",
      })
  void whatCannotBeHeldIsRefusedByKeywordAndPlace(String schema, String place) {
    JsonNode error = demo.refused(400, PATH, schema(schema));
    assertEquals("response_format.json_schema.schema" + place, error.path("param").asText());
    assertTrue(
        error.path("message").asText().contains(place.substring(place.lastIndexOf('.') + 1)));
  }

  @Test
  void annotationsAndStrictSayNothing() {
    String annotated =
        "{'const':1,'title':'t','description':'d','default':2,'examples':[3],'$comment':'c',"
            + "'format':'none','x-y':{'not':1},'$schema':'http://127.0.0.1:9/none'}";
    assertEquals(1, value(schema(annotated)).intValue());
    String strict =
        "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\","
            + "\"strict\":true,\"schema\":{\"const\":1}}}}";
    assertEquals(1, value(ServedDemo.merged(CHAT, strict)).intValue());
  }

  @Test
  void anObjectIsWrittenWithoutBlanks() {
    JsonNode format = ServedDemo.json("{\"type\":\"json_object\"}");
    JsonNode choice = choice(format(format));
    assertTrue(content(choice).startsWith("{"), content(choice));
    if (choice.path("finish_reason").asText().equals("stop")) {
      assertTrue(ServedDemo.json(content(choice)).isObject());
    }
  }

  @Test
  void aCutAnswerIsTheBeginningOfAValue() {
    JsonNode choice = choice(schema("{'enum':['xxxxxxxx']}", "{\"max_tokens\":2}"));
    assertEquals("length", choice.path("finish_reason").asText());
    assertTrue("\"xxxxxxxx\"".startsWith(content(choice)), content(choice));
  }

  @Test
  void anAnswerThatIsCompleteAtTheLimitHasStopped() {
    JsonNode choice = choice(schema("{'const':1}", "{\"max_tokens\":1}"));
    assertEquals("1", content(choice));
    assertEquals("stop", choice.path("finish_reason").asText());
  }

  @Test
  void otherFormsOfFormats() {
    assertEquals(
        7,
        value(format(ServedDemo.json("{\"type\":\"json_object\",\"schema\":{\"const\":7}}")))
            .intValue());
    for (String format : List.of("null", "{\"type\":\"text\"}")) {
      assertFalse(content(choice(format(ServedDemo.json(format)))).startsWith("{"));
    }
    JsonNode error = demo.refused(400, PATH, format(ServedDemo.json("{\"type\":\"json_schema\"}")));
    assertEquals("response_format.json_schema", error.path("param").asText());
    error = demo.refused(400, PATH, format(ServedDemo.json("{\"type\":\"xml\"}")));
    assertEquals("response_format.type", error.path("param").asText());
    String completion =
        ServedDemo.text(
            "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
                + "{\"schema\":{\"const\":[1]}}}}");
    assertEquals("[1]", demo.answer("/v1/completions", completion).at("/choices/0/text").asText());
  }

  @Test
  void theMaskWinsOverABias() {
    String biased = schema("{'const':'a'}", "{\"logit_bias\":{\"175\":100}}");
    assertEquals("a", value(biased).textValue());
  }

  @Test
  void logProbabilitiesAreTheModelsOwn() {
    JsonNode choice = choice(schema("{'enum':['é']}", "{\"logprobs\":true,\"top_logprobs\":2}"));
    ArrayNode entries = (ArrayNode) choice.at("/logprobs/content");
    StringBuilder bytes = new StringBuilder();
    for (JsonNode entry : entries) {
      assertTrue(entry.path("logprob").isNumber() && entry.path("logprob").doubleValue() <= 0);
      assertEquals(2, entry.path("top_logprobs").size());
      // What the model would have taken is likelier than what the schema asks for.
      assertTrue(
          entry.at("/top_logprobs/0/logprob").doubleValue() >= entry.path("logprob").doubleValue());
      entry.path("bytes").forEach(b -> bytes.append((char) b.intValue()));
    }
    assertEquals(
        "\"é\"",
        new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
  }

  @Test
  void choicesFitTheSchemaEach() {
    String body =
        schema(
            "{'properties':{'a':{'type':'integer'},'b':{'enum':['x','y']}},"
                + "'required':['a','b']}",
            "{\"n\":4,\"seed\":5,\"temperature\":1}");
    JsonNode choices = demo.answer(PATH, body).path("choices");
    assertEquals(4, choices.size());
    for (JsonNode choice : choices) {
      JsonNode value = ServedDemo.json(content(choice));
      assertTrue(value.path("a").isIntegralNumber(), value.toString());
      assertTrue(List.of("x", "y").contains(value.path("b").asText()), value.toString());
    }
    assertEquals(choices, demo.answer(PATH, body).path("choices"));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void answersAreEqualOnSeveralRanks(int ranks) {
    List<String> bodies =
        List.of(
            schema("{'type':'array','items':{'type':'boolean'},'maxItems':4}"),
            schema("{'type':'number'}", "{\"temperature\":1,\"seed\":3}"),
            schema("{'type':'object'}", "{\"temperature\":1,\"seed\":4}"));
    try (ServedDemo several = ServedDemo.onRanks(ranks)) {
      for (String body : bodies) {
        assertEquals(
            demo.answer(PATH, body).path("choices"), several.answer(PATH, body).path("choices"));
      }
    }
  }

  @Test
  void largeSchemasAreHeld() {
    String values =
        IntStream.range(0, 100_000)
            .mapToObj(i -> "'value " + i + "'")
            .collect(Collectors.joining(","));
    JsonNode value = value(schema("{'enum':[" + values + "]}"));
    assertTrue(value.textValue().matches("value [0-9]{1,5}"), value.toString());
    assertEquals(
        "aaa", value(schema("{'pattern':'^((a+)+)+$','minLength':3,'maxLength':3}")).textValue());
    String list =
        "{'type':'object','properties':{'next':{'anyOf':[{'type':'null'},{'$ref':'#'}]}},"
            + "'required':['next'],'additionalProperties':false}";
    String text = content(choice(schema(list)));
    assertTrue(text.matches("(\\{\"next\":)+(null\\}+)?.*"), text);
  }

  @Test
  void anAnswerIsStrictJson() {
    JsonNode choice =
        choice(
            schema(
                "{'properties':{'t':{'type':'string','maxLength':4}},'required':['t']}",
                "{\"temperature\":1,\"seed\":1}"));
    assertTrue(StrictJson.tree("answer", content(choice), "").path("t").isTextual());
  }
}
