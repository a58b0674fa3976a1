package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import kvasir.file.Json;
import kvasir.grammar.RandomSchemas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Answers of a model to random schemas, sampled at temperature 1, beside the validator of others;
 * and schemas behind thoughts. A failure names the seed; {@code -Dkvasir.schema.samples=500} takes
 * more schemas.
 */
class SchemaSamplingTest {
  private static final int CASES = Integer.getInteger("kvasir.schema.samples", 40);
  private static final String PATH = "/v1/chat/completions";

  private static ObjectNode request(JsonNode schema) {
    ObjectNode request = Json.object().put("temperature", 1).put("max_tokens", 400);
    request.putArray("messages").addObject().put("role", "user").put("content", "Who lives here?");
    ObjectNode format = request.putObject("response_format").put("type", "json_schema");
    format.putObject("json_schema").put("name", "s").set("schema", schema);
    return request;
  }

  @Test
  void sampledAnswersFitTheirSchemas() {
    int complete = 0;
    int refused = 0;
    try (ServedDemo demo = ServedDemo.start()) {
      for (long seed = 0; seed < CASES; seed++) {
        ObjectNode schema = RandomSchemas.of(seed);
        String what = "seed " + seed + ": " + schema;
        HttpResponse<String> response =
            demo.post(PATH, request(schema).put("seed", seed).toString());
        if (response.statusCode() == 400) {
          assertTrue(response.body().contains("fits no value"), what + response.body());
          refused++;
          continue;
        }
        assertEquals(200, response.statusCode(), what + response.body());
        JsonNode choice = ServedDemo.json(response.body()).path("choices").path(0);
        if (choice.path("finish_reason").asText().equals("stop")) {
          String text = choice.at("/message/content").textValue();
          assertEquals(List.of(), RandomSchemas.faults(schema, text), what + "\n" + text);
          complete++;
        }
      }
    }
    assertTrue(refused <= CASES / 10, refused + " schemas were refused");
    assertTrue(complete > CASES * 3 / 4, complete + " of " + CASES + " answers are complete");
  }

  // S55
  @Test
  void aSchemaHoldsBehindThoughts(@TempDir Path folder) throws IOException {
    String template =
        "{% for m in messages %}{{ m.content }}{% endfor %}<think>\n"
            + "{% if enable_thinking is defined and not enable_thinking %}\n</think>\n\n{% endif %}";
    try (ServedDemo demo = ServedDemo.withTemplate(folder, template)) {
      ObjectNode request =
          request(Json.object().put("const", "a")).put("temperature", 0).put("max_tokens", 8);
      JsonNode cut = demo.answer(PATH, request.toString()).path("choices").path(0);
      assertEquals("length", cut.path("finish_reason").asText());
      assertEquals("", cut.at("/message/content").asText());
      assertTrue(!cut.at("/message/reasoning_content").asText().startsWith("\""), cut.toString());
      request.putObject("chat_template_kwargs").put("enable_thinking", false);
      JsonNode answer = demo.answer(PATH, request.toString()).path("choices").path(0);
      assertEquals("\"a\"", answer.at("/message/content").asText());
      assertEquals("stop", answer.path("finish_reason").asText());
      assertTrue(answer.at("/message/reasoning_content").isMissingNode(), answer.toString());
    }
  }
}
