package kvasir.serve;

import static kvasir.serve.ServedDemo.CONTINUATION;
import static kvasir.serve.ServedDemo.json;
import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Prompts, limits, sampling, stops and streams of completions (S1, S2, S5, S6, S11, S32 to S38).
 */
class CompletionsTest {
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

  private static JsonNode choice(String request) {
    return demo.answer(PATH, request).path("choices").path(0);
  }

  private static String textOf(String request) {
    return choice(request).path("text").asText();
  }

  /** S1: frames and headers of a stream. */
  @Test
  void aStreamHasTheFramesThatClientsExpect() {
    HttpResponse<String> response =
        demo.post(PATH, text("{\"stream\":true}"), "Accept-Encoding", "gzip, deflate");
    Map<String, List<String>> headers = response.headers().map();
    assertEquals(List.of("text/event-stream"), headers.get("content-type"));
    assertEquals(List.of("no-cache"), headers.get("cache-control"));
    assertEquals(List.of("no"), headers.get("x-accel-buffering"));
    assertFalse(headers.containsKey("content-length"));
    assertFalse(headers.containsKey("content-encoding"));
    assertTrue(response.body().endsWith("}\n\ndata: [DONE]\n\n"), response.body());
    assertFalse(response.body().contains("\r"));
    for (String event : response.body().strip().split("\n\n", -1)) {
      assertTrue(event.startsWith("data: ") && !event.contains("\n"), event);
    }
    assertEquals(CONTINUATION, textOf(text()));
  }

  /** S2: counts are sent where they are asked for, and only there. */
  @Test
  void countsComeBeforeTheEndIfTheyAreAskedFor() {
    for (String options : List.of("{}", "{\"stream_options\":{}}", "{\"stream_options\":null}")) {
      for (JsonNode event : demo.events(PATH, text(options))) {
        assertEquals(1, event.path("choices").size(), event.toString());
        assertTrue(event.path("usage").isMissingNode() || event.path("usage").isNull());
      }
    }
    String asked = text("{\"stream_options\":{\"include_usage\":true}}");
    List<JsonNode> events = demo.events(PATH, asked);
    JsonNode last = events.getLast();
    assertTrue(last.path("choices").isArray() && last.path("choices").isEmpty());
    assertUsage(5, 20, last.path("usage"));
    assertUsage(5, 20, demo.answer(PATH, asked).path("usage"));
    String many = text("{\"prompt\":[[1379],[1382,267]],\"n\":2,\"max_tokens\":3}");
    assertUsage(3, 12, demo.answer(PATH, many).path("usage"));
    assertUsage(5, 0, demo.answer(PATH, text("{\"max_tokens\":0}")).path("usage"));
  }

  private static void assertUsage(int prompt, int output, JsonNode usage) {
    assertEquals(prompt, usage.path("prompt_tokens").asInt(), usage.toString());
    assertEquals(output, usage.path("completion_tokens").asInt(), usage.toString());
    assertEquals(prompt + output, usage.path("total_tokens").asInt(), usage.toString());
  }

  /** S5: bytes that form no character. */
  @Test
  void brokenCharactersBecomeReplacementCharacters() {
    String request = text("{\"logit_bias\":{\"175\":100},\"max_tokens\":5}");
    String whole = textOf(request);
    assertTrue(whole.matches("\uFFFD{4,5}"), whole);
    assertEquals(whole, streamed(request).get(0));
  }

  /** Returns the texts of a stream by index. */
  private static Map<Integer, String> streamed(String request) {
    Map<Integer, String> texts = new TreeMap<>();
    for (JsonNode event : demo.events(PATH, request)) {
      JsonNode choice = event.path("choices").path(0);
      String piece = choice.path("text").asText();
      assertTrue(
          piece.chars().noneMatch(c -> c == 0xD83D)
              || piece.codePoints().noneMatch(c -> c >= 0xD800 && c < 0xE000),
          piece);
      texts.merge(choice.path("index").asInt(), piece, String::concat);
    }
    return texts;
  }

  /** S6: stop strings, and what is held back for them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          ["zz","of Mor"]| Ceestead. The code |stop
          ["code of¤"]| Ceestead. The code of Moritz Cooson is 9393. The code of|length
          " C"||stop
          ["Cooson","Moritz"]| Ceestead. The code of |stop
          ["eestead. The","estea"]| Ce|stop
          ["code of Moritz Cooson is 8"," is"]| Ceestead. The code of Moritz Cooson|stop
          """)
  void nothingOfAStopIsSent(String stop, String expected, String reason) {
    String request = text("{\"stop\":%s}".formatted(stop));
    JsonNode whole = choice(request);
    String wanted = expected == null ? "" : expected;
    assertEquals(wanted, whole.path("text").asText());
    assertEquals(reason, whole.path("finish_reason").asText());
    List<JsonNode> events = demo.events(PATH, request);
    assertEquals(wanted, joined(events));
    assertEquals(reason, events.getLast().path("choices").path(0).path("finish_reason").asText());
  }

  private static String joined(List<JsonNode> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event.path("choices").path(0).path("text").asText()));
    return text.toString();
  }

  /** S37: stops as clients send them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '~',
      textBlock =
          """
          "of"#stop
          ["of"]#stop
          []#length
          ""#length
          ["",null]#length
          ["1","2","q3","4","5","6","7","8","w","x","y","z of"]#length
          "<|im_end|>"#length
          """)
  void stopsAreTakenAsClientsSendThem(String stop, String reason) {
    JsonNode choice = choice(text("{\"stop\":%s,\"max_tokens\":8}".formatted(stop)));
    assertEquals(reason, choice.path("finish_reason").asText());
  }

  @Test
  void tooManyStopsAreRefused() {
    List<String> stops = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      stops.add("\"x" + i + "\"");
    }
    String many = text("{\"stop\":[" + String.join(",", stops) + "]}");
    assertEquals("stop", demo.refused(400, PATH, many).path("param").asText());
    String long1 = text("{\"stop\":\"" + "y".repeat(1 << 20) + "\"}");
    assertEquals("stop", demo.refused(400, PATH, long1).path("param").asText());
  }

  /** S32: forms of a prompt. */
  @Test
  void promptsAreTextsOrIds() {
    String byIds = text("{\"prompt\":[1379,1382,267,1384,278]}");
    assertEquals(CONTINUATION, textOf(byIds));
    JsonNode both =
        demo.answer(PATH, text("{\"prompt\":[[1379],[1382,267]],\"n\":2,\"max_tokens\":6}"))
            .path("choices");
    assertEquals(4, both.size());
    for (int i = 0; i < 4; i++) {
      assertEquals(i, both.get(i).path("index").asInt());
      String alone = i < 2 ? "[1379]" : "[1382,267]";
      assertEquals(
          textOf(text("{\"prompt\":%s,\"max_tokens\":6}".formatted(alone))),
          both.get(i).path("text").asText());
    }
    assertEquals(2, demo.answer(PATH, text("{\"prompt\":[\"a\",\"b\"]}")).path("choices").size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[2112]",
        "[-1]",
        "[1.5]",
        "[]",
        "[\"a\",5]",
        "[5,\"a\"]",
        "[[1],5]",
        "[[]]",
        "\"\"",
        "5",
        "{}",
        "[true]",
        "[\"a\",\"\"]",
        "null",
        "[99999999999999999999]"
      })
  void otherPromptsAreRefused(String prompt) {
    JsonNode error = demo.refused(400, PATH, text("{\"prompt\":%s}".formatted(prompt)));
    assertEquals("prompt", error.path("param").asText());
  }

  /** S33, S34: limits that are not given, and those beyond the context. */
  @Test
  void limitsAreCutToTheContext() {
    JsonNode absent = demo.answer(PATH, "{\"prompt\":\"Here begins\",\"temperature\":0}");
    assertEquals(16, absent.path("usage").path("completion_tokens").asInt());
    JsonNode huge = choice(text("{\"max_tokens\":65535,\"stop\":[\".\"]}"));
    assertEquals(" Ceestead", huge.path("text").asText());
    assertEquals("stop", huge.path("finish_reason").asText());
    JsonNode none = choice(text("{\"max_tokens\":0}"));
    assertEquals("", none.path("text").asText());
    assertEquals("length", none.path("finish_reason").asText());
  }

  /** S35: a prompt that is too long, with a status also for a stream. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPromptBeyondTheContextIsRefused(boolean stream) {
    String ids = "7,".repeat(9299) + "7";
    String request = text("{\"prompt\":[%s],\"stream\":%s}".formatted(ids, stream));
    JsonNode error = demo.refused(400, PATH, request);
    assertEquals("context_length_exceeded", error.path("code").asText());
    assertTrue(error.path("message").asText().contains("9216"), error.toString());
    assertTrue(error.path("message").asText().contains("9300"), error.toString());
  }

  /** S36: choice i is drawn by (seed, i). */
  @Test
  void choicesDifferAndRepeat() {
    String three = text("{\"n\":3,\"seed\":5,\"temperature\":1,\"max_tokens\":12}");
    List<String> texts = texts(demo.answer(PATH, three));
    assertEquals(3, texts.stream().distinct().count());
    assertEquals(texts, texts(demo.answer(PATH, three)));
    String two = text("{\"n\":2,\"seed\":5,\"temperature\":1,\"max_tokens\":12}");
    assertEquals(texts.subList(0, 2), texts(demo.answer(PATH, two)));
    assertEquals(texts, List.copyOf(streamed(three).values()));
    String other = text("{\"n\":3,\"seed\":6,\"temperature\":1,\"max_tokens\":12}");
    assertNotEquals(texts, texts(demo.answer(PATH, other)));
  }

  private static List<String> texts(JsonNode answer) {
    List<String> texts = new ArrayList<>();
    answer.path("choices").forEach(choice -> texts.add(choice.path("text").asText()));
    return texts;
  }

  /** S36: without a seed one is drawn, and the answer can be repeated. */
  @Test
  void theSeedThatWasDrawnRepeatsAnAnswer() {
    String request = text("{\"temperature\":1.5}");
    HttpResponse<String> first = demo.post(PATH, request);
    String seed = first.headers().firstValue("x-kvasir-seed").orElseThrow();
    assertEquals(
        texts(json(first.body())),
        texts(demo.answer(PATH, text("{\"temperature\":1.5,\"seed\":%s}".formatted(seed)))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"n\":1000000}",
        "{\"n\":0}",
        "{\"n\":128,\"prompt\":[[1],[2],[3]]}",
        "{\"best_of\":3}",
        "{\"suffix\":\"x\"}"
      })
  void tooManyChoicesAreRefused(String change) {
    demo.refused(400, PATH, text(change));
  }

  /** S38: biases. */
  @Test
  void aBiasForcesItsToken() {
    JsonNode forced = choice(text("{\"logit_bias\":{\"1384\":100},\"max_tokens\":3}"));
    assertEquals(
        demo.tokenizer().decode(new int[] {1384, 1384, 1384}), forced.path("text").asText());
    StringBuilder many = new StringBuilder("{\"0\":1");
    for (int i = 1; i < 100_000; i++) {
      many.append(",\"").append(i).append("\":1");
    }
    for (String wrong :
        List.of(
            "{\"2112\":1}",
            "{\"-1\":1}",
            "{\"a\":1}",
            "{\"16\":1000}",
            "{\"16\":\"1\"}",
            "[1]",
            "5",
            many + "}")) {
      JsonNode error = demo.refused(400, PATH, text("{\"logit_bias\":%s}".formatted(wrong)));
      assertEquals("logit_bias", error.path("param").asText());
    }
  }

  /** S11: a stream says what the answer says, log-probabilities included. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"logprobs\":3}",
        "{\"logprobs\":0,\"n\":2,\"temperature\":1,\"seed\":9}",
        "{\"logprobs\":2,\"stop\":[\"of Mor\"]}",
        "{\"logprobs\":1,\"stop\":[\"code of¤\"]}",
        "{\"logprobs\":1,\"logit_bias\":{\"175\":100},\"max_tokens\":5}",
        "{\"logprobs\":2,\"prompt\":[\"a\",\"b\"],\"max_tokens\":4}"
      })
  void aStreamSaysWhatTheAnswerSays(String change) {
    String request = text(change);
    Map<Integer, JsonNode> whole = new TreeMap<>();
    demo.answer(PATH, request).path("choices").forEach(c -> whole.put(c.path("index").asInt(), c));
    Map<Integer, List<JsonNode>> pieces = new TreeMap<>();
    for (JsonNode event : demo.events(PATH, request)) {
      JsonNode choice = event.path("choices").path(0);
      pieces.computeIfAbsent(choice.path("index").asInt(), i -> new ArrayList<>()).add(choice);
    }
    assertEquals(whole.keySet(), pieces.keySet());
    whole.forEach(
        (index, choice) -> {
          List<JsonNode> parts = pieces.get(index);
          StringBuilder text = new StringBuilder();
          parts.forEach(part -> text.append(part.path("text").asText()));
          assertEquals(choice.path("text").asText(), text.toString());
          for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
            List<JsonNode> joined = new ArrayList<>();
            parts.forEach(part -> part.path("logprobs").path(list).forEach(joined::add));
            List<JsonNode> wanted = new ArrayList<>();
            choice.path("logprobs").path(list).forEach(wanted::add);
            assertEquals(wanted, joined, list);
          }
          assertEquals(choice.path("finish_reason"), parts.getLast().path("finish_reason"));
          for (JsonNode part : parts.subList(0, parts.size() - 1)) {
            assertTrue(part.path("finish_reason").isNull());
          }
        });
  }

  /** The same answer for 16 clients at a time as for one. */
  @Test
  void everyClientGetsTheAnswerThatItGetsAlone() throws Exception {
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      requests.add(
          text(
              "{\"seed\":%d,\"temperature\":%s,\"max_tokens\":%d,\"prompt\":\"The code of %s\"}"
                  .formatted(i, i % 3 == 0 ? "0" : "0.9", 8 + i, "abcdefgh".substring(i % 8))));
    }
    List<String> alone = requests.stream().map(CompletionsTest::textOf).toList();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> together = new ArrayList<>();
      for (int i = 0; i < requests.size(); i++) {
        String request = requests.get(i);
        boolean stream = i % 2 == 0;
        together.add(clients.submit(() -> stream ? streamed(request).get(0) : textOf(request)));
      }
      for (int i = 0; i < together.size(); i++) {
        assertEquals(alone.get(i), together.get(i).get(), requests.get(i));
      }
    }
  }
}
