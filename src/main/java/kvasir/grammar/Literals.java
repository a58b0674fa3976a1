package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Parts of one text, and the compact JSON of values. */
final class Literals {
  private Literals() {}

  static Words of(String text) {
    return new Words(List.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Returns a value as compact JSON, spelled as grammars spell it. */
  static String json(JsonNode value) {
    if (value.isTextual()) {
      return Spelling.quoted(value.textValue());
    }
    if (value.isArray()) {
      StringJoiner elements = new StringJoiner(",", "[", "]");
      value.forEach(each -> elements.add(json(each)));
      return elements.toString();
    }
    if (value.isObject()) {
      StringJoiner members = new StringJoiner(",", "{", "}");
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        members.add(Spelling.quoted(entry.getKey()) + ":" + json(entry.getValue()));
      }
      return members.toString();
    }
    return value.asText();
  }
}
