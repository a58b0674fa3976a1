package kvasir.serve;

import static kvasir.serve.ServedDemo.CONTINUATION;
import static kvasir.serve.ServedDemo.json;
import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies, fields, paths and models of requests (S12 to S16, S20, S56). */
class RequestReadingTest {
  private static final String PATH = "/v1/completions";
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

  private static String textOf(String request) {
    return demo.answer(PATH, request).path("choices").path(0).path("text").asText();
  }

  /** S12: errors have four keys, and quote little of the request. */
  @Test
  void errorsHaveTheFormOfOpenAi() {
    JsonNode error = demo.refused(400, PATH, text("{\"top_p\":\"0.9\"}"));
    assertEquals("top_p", error.path("param").asText());
    assertEquals("invalid_request_error", error.path("type").asText());
    assertTrue(error.path("code").isNull());
    String huge = text("{\"top_p\":\"" + "é".repeat(100_000) + "\"}");
    assertTrue(demo.refused(400, PATH, huge).path("message").asText().length() < 300);
    for (String body : List.of("[]", "\"a\"", "", "  ", "5", "null", "{", "{\"a\":1", "{}")) {
      demo.refused(400, PATH, body);
    }
  }

  /** S13: null is absent. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model",
        "n",
        "stop",
        "seed",
        "top_p",
        "top_k",
        "min_p",
        "stream",
        "stream_options",
        "logit_bias",
        "logprobs",
        "echo",
        "best_of",
        "suffix",
        "presence_penalty",
        "frequency_penalty",
        "repetition_penalty",
        "user",
        "ignore_eos",
        "response_format"
      })
  void nullIsAbsent(String field) {
    assertEquals(CONTINUATION, textOf(text("{\"%s\":null}".formatted(field))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stop\":[]}",
        "{\"logit_bias\":{}}",
        "{\"stream_options\":{}}",
        "{\"stream_options\":{\"include_usage\":null}}",
        "{\"suffix\":\"\"}",
        "{\"unknown\":{\"a\":[1e999,NaN]}}",
        "{\"model\":\"\"}",
        "{\"top_k\":-1}",
        "{\"top_k\":0}",
        "{\"max_tokens\":20.0}"
      })
  void whatSaysNothingChangesNothing(String change) {
    String body = ServedDemo.TEXT.replaceFirst("}$", "," + change.substring(1));
    assertEquals(CONTINUATION, textOf(body));
  }

  /** S14: numbers. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          max_tokens; 8.5, "8", true, -1, 1e400, NaN, [], {}
          temperature; -0.1, 2.1, "1", true, 1e400, NaN, -Infinity, []
          top_p; -0.1, 1.1, "1", NaN
          min_p; -0.1, 1.1, "1"
          top_k; -2, 1.5, "1", 2147483648
          n; 0, 129, 1.5, "1", true
          seed; 9223372036854775808, -9223372036854775809, 1.5, "1", 1e30
          frequency_penalty; -2.1, 2.1, "1"
          presence_penalty; -2.1, 2.1, "1"
          repetition_penalty; 0, -1, "1", NaN
          logprobs; -1, 21, 1.5, "1", true
          stream; 1, "true"
          echo; 1, "true"
          stop; 5, {}, [5], [[]]
          stream_options; 5, []
          model; 5, []
          """)
  void wrongValuesNameTheirField(String field, String values) {
    for (String value : values.split(", ", -1)) {
      String body =
          "{\"prompt\":\"a\",\"%s\":%s%s}"
              .formatted(field, value, field.equals("max_tokens") ? "" : ",\"max_tokens\":1");
      JsonNode error = demo.refused(400, PATH, body);
      assertTrue(error.path("param").asText().startsWith(field), field + " " + value);
    }
  }

  @Test
  void messagesNameBothBounds() {
    String large = "{\"prompt\":\"a\",\"repetition_penalty\":1e30}";
    String message = demo.refused(400, PATH, large).path("message").asText();
    assertTrue(message.contains("above 0, and at most 1"), message);
    String negative = "{\"prompt\":\"a\",\"max_tokens\":-1}";
    assertEquals(
        "max_tokens must be a whole number of 0 or more, not -1",
        demo.refused(400, PATH, negative).path("message").asText());
  }

  @Test
  void limitsOfRangesAreAllowed() {
    for (String change :
        List.of(
            "{\"seed\":9223372036854775807}",
            "{\"seed\":-9223372036854775808}",
            "{\"temperature\":2,\"top_p\":0}",
            "{\"min_p\":1}",
            "{\"frequency_penalty\":2,\"presence_penalty\":-2}",
            "{\"logprobs\":20}",
            "{\"logit_bias\":{\"5\":-100}}")) {
      demo.answer(PATH, text("{\"max_tokens\":2}", change));
    }
  }

  /** S14: the last of two equal keys counts. */
  @Test
  void theLastOfTwoKeysCounts() {
    String body = "{\"prompt\":\"x\",\"max_tokens\":\"wrong\"," + ServedDemo.TEXT.substring(1);
    assertEquals(CONTINUATION, textOf(body));
  }

  /** S15: text that is not valid. */
  @Test
  void invalidTextIsRefusedAndHalfPairsAreReplaced() {
    byte[] wrong = "{\"prompt\":\"a?\"}".getBytes(StandardCharsets.UTF_8);
    wrong[12] = (byte) 0xFF;
    assertTrue(
        ServedDemo.refused(400, demo.post(PATH, wrong)).path("message").asText().contains("UTF-8"));
    demo.answer(PATH, "{\"prompt\":\"a\\ud83d\",\"max_tokens\":1}");
    demo.answer(PATH, "{\"prompt\":\"\\u0000\",\"max_tokens\":1,\"stop\":\"\\udc00x\"}");
    assertEquals(CONTINUATION, textOf("\uFEFF" + ServedDemo.TEXT));
    demo.refused(400, PATH, ServedDemo.TEXT + "x");
    demo.refused(400, PATH, ServedDemo.TEXT + ServedDemo.TEXT);
    byte[] utf16 = ServedDemo.TEXT.getBytes(StandardCharsets.UTF_16);
    ServedDemo.refused(400, demo.post(PATH, utf16));
    String media = "application/json; charset=utf-16";
    ServedDemo.refused(415, demo.post(PATH, utf16, "Content-Type", media));
    assertEquals(
        200,
        demo.post(PATH, ServedDemo.TEXT, "Content-Type", "application/json; charset=UTF-8")
            .statusCode());
  }

  /** S16: depth and size, in ignored fields too. */
  @Test
  void depthAndNumbersAreBounded() {
    String deep = "[".repeat(100_000);
    demo.refused(400, PATH, "{\"prompt\":" + deep);
    demo.refused(400, PATH, "{\"ignored\":" + deep + "]".repeat(100_000) + ",\"prompt\":\"a\"}");
    demo.refused(400, PATH, "{\"prompt\":\"a\",\"max_tokens\":" + "9".repeat(1 << 20) + "}");
    demo.answer(
        PATH,
        "{\"prompt\":\"a\",\"max_tokens\":1,\"x\":" + "[".repeat(150) + "]".repeat(150) + "}");
    demo.answer(PATH, "{\"prompt\":\"a\",\"max_tokens\":1,\"" + "n".repeat(1 << 20) + "\":\"x\"}");
  }

  /** S20: paths. */
  @Test
  void pathsAreRead() {
    for (String path : List.of("/v1/models/", "/models", "/v1/models", "/health", "/health/")) {
      assertEquals(200, demo.get(path).statusCode(), path);
    }
    for (String path : List.of("/v1/nope", "//v1/models", "/v2/models", "/v1", "/v1/")) {
      JsonNode error = ServedDemo.refused(404, demo.get(path));
      assertTrue(error.path("message").asText().startsWith("Invalid URL"), error.toString());
    }
    HttpResponse<String> wrong = demo.get("/v1/completions");
    ServedDemo.refused(405, wrong);
    assertEquals("POST", wrong.headers().firstValue("Allow").orElse(""));
    ServedDemo.refused(405, demo.post("/v1/models", "{}"));
    demo.answer("/v1/completions/", text("{\"max_tokens\":1}"));
    demo.answer("/completions", text("{\"max_tokens\":1}"));
    for (String path : List.of("/v1/responses", "/v1/embeddings", "/embeddings")) {
      JsonNode error = demo.refused(404, path, "{\"model\":\"demo\"}");
      assertTrue(error.path("message").asText().contains("This server has no"), path);
    }
  }

  /** S56: models. */
  @Test
  void theModelHasACard() {
    JsonNode card = json(demo.get("/v1/models").body()).path("data").path(0);
    assertEquals("demo", card.path("id").asText());
    assertEquals(card, json(demo.get("/v1/models/demo").body()));
    assertEquals(card, json(demo.get("/v1/models/%64emo").body()));
    for (String id : List.of("a/b", "a%2Fb", "demo/x")) {
      JsonNode error = ServedDemo.refused(404, demo.get("/v1/models/" + id));
      assertEquals("model_not_found", error.path("code").asText());
    }
    JsonNode error = demo.refused(404, PATH, text("{\"model\":\"gpt-4o\"}"));
    assertEquals("model_not_found", error.path("code").asText());
    assertTrue(error.path("message").asText().contains("demo"), error.toString());
    assertEquals(CONTINUATION, textOf(text("{\"model\":\"demo\"}")));
  }

  @Test
  void textsBecomeTokensAndTextsAgain() {
    JsonNode ids =
        demo.answer(
            "/tokenize",
            "{\"prompt\":\"Here begins the chronicle of<|im_end|>\",\"return_token_strs\":true}");
    assertEquals("[1379,1382,267,1384,278,2]", ids.path("tokens").toString());
    assertEquals(6, ids.path("count").asInt());
    assertEquals("<|im_end|>", ids.path("token_strs").path(5).asText());
    JsonNode text = demo.answer("/v1/detokenize", "{\"tokens\":" + ids.path("tokens") + "}");
    assertEquals("Here begins the chronicle of<|im_end|>", text.path("prompt").asText());
    assertEquals("", demo.answer("/detokenize", "{\"tokens\":[]}").path("prompt").asText());
    demo.refused(400, "/detokenize", "{\"tokens\":[2112]}");
    demo.refused(400, "/tokenize", "{}");
  }

  @Test
  void answersHaveTheFieldsThatClientsNeed() {
    JsonNode answer = demo.answer(PATH, text());
    for (String field : List.of("id", "object", "created", "model", "choices", "usage")) {
      assertTrue(answer.has(field), field);
    }
    assertEquals("text_completion", answer.path("object").asText());
    assertTrue(answer.path("created").isIntegralNumber());
    assertEquals("fp_test", answer.path("system_fingerprint").asText());
    Map<String, List<String>> headers = demo.get("/version").headers().map();
    assertTrue(headers.get("x-request-id").getFirst().matches("req-[0-9a-f]{24}"));
    assertEquals("test", json(demo.get("/version").body()).path("version").asText());
  }
}
