package kvasir.serve;

import static kvasir.serve.ServedDemo.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scoring as lm-eval does it, and tokens that are parts of characters (S39, S40). */
class LogprobsTest {
  private static final String PATH = "/v1/completions";

  /** The request of lm-eval, with fields of {@code text} that it does not send taken away. */
  private static final String SCORE =
      "{\"prompt\":[[1379,1382,267,1384,278]],\"max_tokens\":1,\"logprobs\":1,\"echo\":true,"
          + "\"seed\":1234,\"temperature\":0}";

  private static final double[] NUMBERS = {-0.001152, -0.000332, -0.002771, -0.000151};
  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo = ServedDemo.onRanks(2);
  }

  @AfterAll
  static void stop() {
    demo.awaitIdle();
    demo.close();
  }

  private static JsonNode choice(String request) {
    return demo.answer(PATH, request).path("choices").path(0);
  }

  private static void assertPrompt(JsonNode choice, int entries) {
    JsonNode logprobs = choice.path("logprobs");
    for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
      assertEquals(entries, logprobs.path(list).size(), list);
    }
    assertTrue(logprobs.path("token_logprobs").path(0).isNull());
    assertTrue(logprobs.path("top_logprobs").path(0).isNull());
    for (int i = 0; i < NUMBERS.length; i++) {
      double number = logprobs.path("token_logprobs").path(i + 1).asDouble();
      assertEquals(NUMBERS[i], number, 1e-6);
      String token = logprobs.path("tokens").path(i + 1).asText();
      JsonNode top = logprobs.path("top_logprobs").path(i + 1);
      assertEquals(number, top.path(token).asDouble());
    }
    assertEquals("[0,4,11,15,25]", firstFive(logprobs.path("text_offset")));
  }

  private static String firstFive(JsonNode list) {
    List<String> five = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      five.add(list.path(i).asText());
    }
    return "[" + String.join(",", five) + "]";
  }

  /** S39: the prompt has entries, and so has the new token. */
  @Test
  void promptsAreScored() {
    JsonNode choice = choice(SCORE);
    assertPrompt(choice, 6);
    assertEquals("Here begins the chronicle of C", choice.path("text").asText());
    assertEquals(28, choice.path("logprobs").path("text_offset").path(5).asInt());
    JsonNode strings =
        choice(ServedDemo.merged(SCORE, "{\"prompt\":\"Here begins the chronicle of\"}"));
    assertEquals(choice, strings);
    JsonNode hot =
        choice(
            ServedDemo.merged(
                SCORE, "{\"temperature\":2,\"top_k\":1,\"frequency_penalty\":2,\"min_p\":0.5}"));
    assertPrompt(hot, 6);
  }

  /** S39: a new token that ends the sequence has an entry and no text. */
  @Test
  void aTokenThatEndsTheSequenceHasAnEntry() {
    JsonNode choice = choice(ServedDemo.merged(SCORE, "{\"logit_bias\":{\"2\":100}}"));
    assertPrompt(choice, 6);
    assertEquals("Here begins the chronicle of", choice.path("text").asText());
    assertEquals("<|im_end|>", choice.path("logprobs").path("tokens").path(5).asText());
    assertEquals("stop", choice.path("finish_reason").asText());
    // The model's own number, not that of the bias.
    assertTrue(choice.path("logprobs").path("token_logprobs").path(5).asDouble() < -1);
  }

  /** S39: no new token, several prompts, one token, streams. */
  @Test
  void promptsAloneAreScored() {
    assertPrompt(choice(ServedDemo.merged(SCORE, "{\"max_tokens\":0}")), 5);
    String many =
        ServedDemo.merged(
            SCORE, "{\"prompt\":[[7],[1379,1382,267,1384,278],[1379,1382]],\"max_tokens\":0}");
    JsonNode choices = demo.answer(PATH, many).path("choices");
    assertPrompt(choices.path(1), 5);
    assertEquals(1, choices.path(0).path("logprobs").path("tokens").size());
    assertEquals(2, choices.path(2).path("logprobs").path("tokens").size());
    assertEquals(0, demo.answer(PATH, many).path("usage").path("completion_tokens").asInt());
    List<JsonNode> offsets = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (JsonNode event : demo.events(PATH, SCORE)) {
      text.append(event.path("choices").path(0).path("text").asText());
      event.path("choices").path(0).path("logprobs").path("text_offset").forEach(offsets::add);
    }
    assertEquals("[0, 4, 11, 15, 25, 28]", offsets.toString());
    assertEquals("Here begins the chronicle of C", text.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"n\":2,\"temperature\":1,\"seed\":3}", "{\"max_tokens\":0}"})
  void promptsAreEchoedWithoutScores(String change) {
    for (JsonNode choice : demo.answer(PATH, text("{\"echo\":true}", change)).path("choices")) {
      assertTrue(choice.path("text").asText().startsWith("Here begins the chronicle of"));
      assertTrue(choice.path("logprobs").isNull());
    }
    String stop = text("{\"echo\":true,\"stop\":[\"chronicle\",\" Moritz\"]}");
    assertEquals(
        "Here begins the chronicle of Ceestead. The code of", choice(stop).path("text").asText());
  }

  /** S40: tokens that are parts of characters, and offsets in code points. */
  @Test
  void partsOfCharactersAreBytes() {
    JsonNode choice =
        choice(
            "{\"prompt\":\"é🙂\",\"echo\":true,\"logprobs\":5,\"max_tokens\":1,\"temperature\":0}");
    JsonNode tokens = choice.path("logprobs").path("tokens");
    assertEquals(
        "[\"bytes:\\\\xc3\",\"bytes:\\\\xa9\",\"bytes:\\\\xf0\",\"bytes:\\\\x9f\","
            + "\"bytes:\\\\x99\",\"bytes:\\\\x82\"]",
        tokens.toString().replaceFirst(",[^,]*]$", "]"));
    assertEquals("[0,0,1,1,1,1,2]", choice.path("logprobs").path("text_offset").toString());
    assertTrue(choice.path("text").asText().startsWith("é🙂"));
    for (JsonNode top : choice.path("logprobs").path("top_logprobs")) {
      assertFalse(top.has("\uFFFD"));
      assertTrue(top.isNull() || top.size() >= 5, top.toString());
    }
  }

  /**
   * S39: the numbers are equal to those of the whole vocabulary's other routes, on one rank too.
   */
  @Test
  void numbersAreThoseOfOneRank() {
    JsonNode two = choice(ServedDemo.merged(SCORE, "{\"logprobs\":20,\"max_tokens\":9}"));
    try (ServedDemo one = ServedDemo.start()) {
      JsonNode alone =
          one.answer(PATH, ServedDemo.merged(SCORE, "{\"logprobs\":20,\"max_tokens\":9}"));
      assertEquals(alone.path("choices").path(0), two);
    }
  }
}
