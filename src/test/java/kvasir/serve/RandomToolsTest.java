package kvasir.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import kvasir.SharedData;
import kvasir.file.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arguments of required tools with random schemas, checked by networknt's validator. */
class RandomToolsTest {
  private static final int CASES = Integer.getInteger("kvasir.tools.cases", 100);
  private static final long SEED = Long.getLong("kvasir.tools.seed", 20_260_727);
  private static final int MAX_DEPTH = 2;

  private final Random random = new Random(SEED);

  private ObjectNode object(int depth) {
    ObjectNode schema = Json.object().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      String name = List.of("a", "é", "with blank", "quo\"te", "x.y").get(i) + i;
      properties.set(name, value(depth + 1));
      if (random.nextBoolean()) {
        required.add(name);
      }
    }
    if (random.nextBoolean()) {
      schema.put("additionalProperties", false);
    }
    return schema;
  }

  private ObjectNode value(int depth) {
    int kinds = depth < MAX_DEPTH ? 8 : 6;
    ObjectNode schema = Json.object();
    switch (random.nextInt(kinds)) {
      case 0 -> schema.put("type", "boolean");
      case 1 -> {
        int least = random.nextInt(200) - 100;
        schema.put("type", "integer").put("minimum", least);
        schema.put("maximum", least + random.nextInt(50));
      }
      case 2 -> schema.put("type", "string").put("maxLength", 1 + random.nextInt(6));
      case 3 -> schema.putArray("enum").add("é\n\"").add(1).addNull().add("</tool_call>");
      case 4 -> schema.put("type", "string").put("pattern", "^[a-c]{2,4}x?$");
      case 5 -> {
        ArrayNode either = schema.putArray("anyOf");
        either.addObject().put("type", "null");
        either.addObject().put("const", "one");
      }
      case 6 -> {
        schema.put("type", "array").put("minItems", 1).put("maxItems", 2);
        schema.set("items", value(depth + 1));
      }
      default -> schema.setAll(object(depth));
    }
    return schema;
  }

  private static String request(JsonNode schema, int seed) {
    ObjectNode request = Json.object().put("max_tokens", 400).put("temperature", 1);
    request.put("seed", seed).put("tool_choice", "required");
    request.putArray("messages").addObject().put("role", "user").put("content", "Who lives here?");
    ObjectNode function = request.putArray("tools").addObject().putObject("function");
    function.put("name", "f").set("parameters", schema);
    return request.toString();
  }

  @Test
  void argumentsAreValidByAnotherValidator() {
    check(ServedDemo.start());
  }

  /** Qwen3-Coder's form, with parameters as plain text. */
  @Test
  void parametersAreValidByAnotherValidator(@TempDir Path folder) throws IOException {
    String template = Files.readString(SharedData.path("chat-templates/Qwen3-Coder.jinja"));
    check(ServedDemo.withTemplate(folder, template));
  }

  private void check(ServedDemo started) {
    SchemaRegistry registry = SchemaRegistry.withDefaultDialect(Dialects.getDraft202012());
    try (ServedDemo demo = started) {
      for (int i = 0; i < CASES; i++) {
        ObjectNode schema = object(0);
        JsonNode answer = demo.answer("/v1/chat/completions", request(schema, i));
        String words = "seed " + SEED + ", case " + i + ": " + schema + " gave " + answer;
        assertEquals("tool_calls", answer.at("/choices/0/finish_reason").asText(), words);
        JsonNode call = answer.at("/choices/0/message/tool_calls/0/function/arguments");
        Schema checked = registry.getSchema(schema);
        assertEquals(List.of(), checked.validate(ServedDemo.json(call.asText())), words);
      }
      demo.awaitIdle();
    }
  }
}
