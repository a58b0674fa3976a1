package kvasir.serve;

import static kvasir.serve.ServedDemo.merged;
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

/** Attention by block beside answers that ask for it. */
class AttentionTest {
  private static final String PATH = "/v1/completions";
  private static final String FIELD = "kvasir_attention";
  private static final String ASK = "{\"kvasir_attention\":true}";
  private static final String LONG =
      "{\"prompt\":\"%s\"}".formatted("The code of Moritz Cooson is 9393. ".repeat(20));

  private static ServedDemo alone;
  private static ServedDemo three;

  @BeforeAll
  static void start() {
    alone = ServedDemo.start();
    three = ServedDemo.onRanks(3);
  }

  @AfterAll
  static void stop() {
    alone.close();
    three.close();
  }

  private static JsonNode choice(JsonNode answer) {
    return answer.path("choices").path(0);
  }

  private static List<Double> shares(JsonNode attention) {
    List<Double> shares = new ArrayList<>();
    attention.path("blocks").forEach(block -> shares.add(block.path("share").asDouble()));
    return shares;
  }

  @Test
  void sharesAreTheSameOnAllWorldsAndInAnyCompany() {
    String request = text(LONG, ASK);
    JsonNode expected = choice(alone.answer(PATH, request)).path(FIELD);
    assertEquals(20, expected.path("tokens").asInt());
    assertEquals(1, shares(expected).stream().mapToDouble(s -> s).sum(), 1e-4);
    assertTrue(shares(expected).stream().allMatch(share -> share > 0), expected::toString);
    // Prompts beside it are computed in the same steps.
    String both = "The code of Moritz Cooson is 9393. ".repeat(20);
    JsonNode answer =
        three.answer(
            PATH,
            merged(
                request, "{\"prompt\":[\"%s\",\"Here begins\",\"%s A\"]}".formatted(both, both)));
    JsonNode other = choice(answer).path(FIELD);
    assertEquals(shares(expected), shares(other));
    List<Integer> ranks = new ArrayList<>();
    other.path("blocks").forEach(block -> ranks.add(block.path("rank").asInt()));
    assertTrue(ranks.containsAll(List.of(0, 1, 2)), ranks::toString);
    assertTrue(answer.path("choices").path(1).has(FIELD));
    assertEquals(20, answer.path("choices").path(2).path(FIELD).path("tokens").asInt());
  }

  @Test
  void blocksHaveTheirText() {
    JsonNode choice = choice(three.answer(PATH, text(LONG, ASK)));
    JsonNode attention = choice.path(FIELD);
    StringBuilder all = new StringBuilder();
    attention.path("blocks").forEach(block -> all.append(block.path("text").asText()));
    String whole = "The code of Moritz Cooson is 9393. ".repeat(20) + choice.path("text").asText();
    assertEquals(64, attention.path("block_tokens").asInt());
    assertEquals(whole, all.toString());
  }

  @Test
  void anAnswerIsTheSameAndHasItOnlyIfItAsks() {
    JsonNode plain = choice(three.answer(PATH, text(LONG)));
    JsonNode asked = choice(three.answer(PATH, text(LONG, ASK)));
    assertFalse(plain.has(FIELD));
    assertEquals(plain.path("text"), asked.path("text"));
    for (String no : List.of("{\"kvasir_attention\":null}", "{\"kvasir_attention\":false}")) {
      assertFalse(choice(three.answer(PATH, text(no))).has(FIELD));
    }
    JsonNode error = three.refused(400, PATH, text("{\"kvasir_attention\":1}"));
    assertEquals(FIELD, error.path("param").asText());
  }

  @Test
  void aStreamHasItInTheLastEventOfAChoice() {
    for (String more : List.of("{}", "{\"stop\":[\"of Mor\"]}")) {
      String request = text(ASK, more);
      JsonNode whole = choice(three.answer(PATH, request));
      List<JsonNode> events = three.events(PATH, request);
      assertEquals(whole.path(FIELD), choice(events.getLast()).path(FIELD));
      assertEquals(whole.path("finish_reason"), choice(events.getLast()).path("finish_reason"));
      assertTrue(
          events.subList(0, events.size() - 1).stream().noneMatch(e -> choice(e).has(FIELD)));
    }
    String chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"Who?\"}],\"max_tokens\":8}";
    List<JsonNode> events = three.events("/v1/chat/completions", merged(chat, ASK));
    assertTrue(choice(events.getLast()).path(FIELD).path("tokens").asInt() > 0);
  }

  @Test
  void choicesHaveTheirOwn() {
    String request = text(ASK, "{\"n\":3,\"temperature\":1,\"seed\":5}");
    JsonNode answer = three.answer(PATH, request);
    for (JsonNode choice : answer.path("choices")) {
      assertEquals(1, shares(choice.path(FIELD)).stream().mapToDouble(s -> s).sum(), 1e-4);
    }
    assertEquals(
        answer.path("choices").path(2).path(FIELD).path("tokens"),
        three.answer(PATH, request).path("choices").path(2).path(FIELD).path("tokens"));
    three.awaitIdle();
  }
}
