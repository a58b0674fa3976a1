package kvasir.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Small templates whose texts and errors jinja2 3.1.6 has made; {@code generate.py} beside the file
 * makes them again.
 */
class OracleTest {
  private static final Path CASES = Path.of("src/test/resources/template/cases.json");

  @Test
  void templatesRenderAsInJinja() {
    JsonNode file =
        TemplateCase.json(Path.of(System.getProperty("kvasir.oracle", CASES.toString())));
    ObjectNode variables = (ObjectNode) file.get("variables");
    List<TemplateCase> cases = new ArrayList<>();
    for (JsonNode each : file.get("cases")) {
      String template = each.get("template").asText();
      cases.add(
          new TemplateCase(
              template,
              template,
              variables,
              each.hasNonNull("expected") ? each.get("expected").asText() : null,
              each.path("error").asText("")));
    }
    assertTrue(cases.size() > 300);
    List<String> differences = TemplateCase.differences(cases);
    assertEquals("", String.join("\n", differences), () -> differences.size() + " differ");
  }
}
