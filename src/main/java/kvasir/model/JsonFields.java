package kvasir.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.StrictJson;

/**
 * Fields of a JSON file, each checked as it is read; errors name file and field.
 *
 * @param path of the object that has them, with a dot at its end; empty for the file's own
 */
record JsonFields(Path file, String path, JsonNode node) {
  private static final long MOST_BYTES = 16 << 20;
  private static final int LONGEST_NAME = 200;

  static JsonFields read(Path file) {
    return new JsonFields(
        file, "", StrictJson.object(file, MOST_BYTES, "give a model's directory"));
  }

  /** The fields of a text; errors name the file. */
  static JsonFields parse(Path file, String text) {
    return new JsonFields(file, "", StrictJson.object(file.toString(), text, "correct the file"));
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  JsonFields object(String field) {
    if (!node.path(field).isObject()) {
      throw wrong(field, "is no object");
    }
    return new JsonFields(file, path + field + ".", node.get(field));
  }

  int positive(String field) {
    return integer(node.path(field))
        .filter(value -> value > 0)
        .orElseThrow(() -> wrong(field, has(field) ? "is no positive integer" : "is missing"));
  }

  /** Returns an integer, which may be written 32.0: other programs write it so. */
  static Optional<Integer> integer(JsonNode value) {
    return value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToInt()
        ? Optional.of(value.intValue())
        : Optional.empty();
  }

  int positive(String field, int otherwise) {
    return has(field) ? positive(field) : otherwise;
  }

  double number(String field) {
    JsonNode value = node.path(field);
    if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
      throw wrong(field, has(field) ? "is no number" : "is missing");
    }
    return value.asDouble();
  }

  double number(String field, double otherwise) {
    return has(field) ? number(field) : otherwise;
  }

  boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!node.get(field).isBoolean()) {
      throw wrong(field, "is neither true nor false");
    }
    return node.get(field).asBoolean();
  }

  String text(String field, String otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!node.get(field).isTextual()) {
      throw wrong(field, "is no text");
    }
    return node.get(field).asText();
  }

  UserError wrong(String field, String what) {
    // A key that nobody knows is input, and may be as long as the file.
    String name = path + field.substring(0, Math.min(LONGEST_NAME, field.length()));
    return new UserError(file + " field " + name, what, "use a model that Kvasir supports");
  }
}
