package kvasir.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A rendering that another program has made, and its comparison with Kvasir's.
 *
 * @param name name of the case in failures
 * @param template the template
 * @param variables the variables
 * @param expected the text; null if the rendering fails
 * @param error words of the error; null if there is none, empty if any words are right
 */
record TemplateCase(
    String name, String template, ObjectNode variables, String expected, String error) {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 7, 26, 12, 0);
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Reads a file of JSON. */
  static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /** Returns the difference of Kvasir's rendering; empty if there is none. */
  Optional<String> difference() {
    String text = null;
    String wrong = null;
    try {
      Variables all = new Variables().now(NOW);
      variables.properties().forEach(field -> all.set(field.getKey(), field.getValue()));
      text = Template.parse(template).render(all).text();
    } catch (TemplateError e) {
      wrong = e.getMessage();
    }
    boolean same =
        expected != null ? expected.equals(text) : wrong != null && wrong.startsWith(error);
    return same
        ? Optional.empty()
        : Optional.of(
            "%s\n  expected %s\n  but was  %s"
                .formatted(
                    name,
                    expected != null ? quoted(expected) : "error: " + error,
                    text != null ? quoted(text) : "error: " + wrong));
  }

  private static String quoted(String text) {
    return JSON.valueToTree(text).toString();
  }

  /** Returns the differences of cases. */
  static List<String> differences(List<TemplateCase> cases) {
    List<String> all = new ArrayList<>();
    cases.forEach(each -> each.difference().ifPresent(all::add));
    return all;
  }
}
