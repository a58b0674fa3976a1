package kvasir.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kvasir.SharedData;
import org.junit.jupiter.api.Test;

/** Templates of published models, held to what jinja2 makes of them, byte for byte. */
class GoldenTemplatesTest {
  private static final String FOLDER = "chat-templates";

  private static String template(String name) {
    try {
      return Files.readString(SharedData.path(FOLDER).resolve(name + ".jinja"));
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** Returns the variables that goldens have: null where absent, tokens undefined where null. */
  private static ObjectNode variables(JsonNode golden) {
    ObjectNode variables = TemplateCase.object();
    for (String name : List.of("messages", "tools", "add_generation_prompt")) {
      variables.set(name, golden.get(name));
    }
    variables.putNull("documents");
    for (String name : List.of("bos_token", "eos_token")) {
      if (golden.hasNonNull(name)) {
        variables.set(name, golden.get(name));
      }
    }
    golden.path("extra").properties().forEach(f -> variables.set(f.getKey(), f.getValue()));
    return variables;
  }

  private static TemplateCase golden(JsonNode golden) {
    String name = golden.get("template").asText();
    boolean raised = golden.path("error_kind").asText().equals("raise_exception");
    String error = golden.path("error").asText();
    return new TemplateCase(
        name + " " + golden.get("name").asText(),
        template(name),
        variables(golden),
        golden.hasNonNull("expected") ? golden.get("expected").asText() : null,
        raised || error.startsWith("can only") || error.startsWith("'") ? error : "");
  }

  @Test
  void templatesOfTwelveModels() {
    List<TemplateCase> cases = new ArrayList<>();
    Path file = SharedData.path(FOLDER).resolve("goldens.json");
    TemplateCase.json(file).get("cases").forEach(each -> cases.add(golden(each)));
    assertEquals(469, cases.size());
    assertEquals(List.of(), TemplateCase.differences(cases));
  }

  @Test
  void templatesOfQwen() {
    Path config = SharedData.path("qwen3-tokenizer").resolve("tokenizer_config.json");
    String qwen3 = TemplateCase.json(config).get("chat_template").asText();
    List<TemplateCase> cases = new ArrayList<>();
    Path file = SharedData.path(FOLDER).resolve("qwen_chat_template_goldens.json");
    for (JsonNode golden : TemplateCase.json(file).get("cases")) {
      boolean new3 = golden.get("template").asText().equals("qwen3");
      ObjectNode variables = variables(golden);
      if (golden.hasNonNull("enable_thinking")) {
        variables.set("enable_thinking", golden.get("enable_thinking"));
      }
      cases.add(
          new TemplateCase(
              golden.get("template").asText() + " " + golden.get("name").asText(),
              new3 ? qwen3 : template("Qwen-Qwen2.5-7B-Instruct"),
              variables,
              golden.get("expected").asText(),
              null));
    }
    assertEquals(112, cases.size());
    assertEquals(List.of(), TemplateCase.differences(cases));
  }
}
