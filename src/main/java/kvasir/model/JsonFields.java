package kvasir.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.StrictJson;

/**
 * Fields of a JSON object in a file, each checked as it is read. All methods throw {@link
 * UserError} with the file and the field; a field that is null counts as missing.
 *
 * @param file the file, for messages
 * @param path path of the object in the file, ending in a dot; empty for the outermost object
 * @param node the object
 */
record JsonFields(Path file, String path, JsonNode node) {
  private static final long MAX_BYTES = 16 << 20;
  private static final int LONGEST_NAME = 200;

  /** Reads a file of one JSON object. */
  static JsonFields read(Path file) {
    return new JsonFields(file, "", StrictJson.object(file, MAX_BYTES, "give a model's directory"));
  }

  /**
   * Parses a text.
   *
   * @param file name of the text in messages
   */
  static JsonFields parse(Path file, String text) {
    return new JsonFields(file, "", StrictJson.object(file.toString(), text, "correct the file"));
  }

  /** Returns whether a field is there and not null. */
  boolean has(String field) {
    return node.hasNonNull(field);
  }

  /** Returns the fields of an object. */
  JsonFields object(String field) {
    if (!node.path(field).isObject()) {
      throw wrong(field, "is no object");
    }
    return new JsonFields(file, path + field + ".", node.get(field));
  }

  /** Returns a positive integer. */
  int positive(String field) {
    return integer(node.path(field))
        .filter(value -> value > 0)
        .orElseThrow(() -> wrong(field, has(field) ? "is no positive integer" : "is missing"));
  }

  /**
   * Returns the value of an integer, which may be written as 32.0, as some programs do; empty for
   * anything else.
   */
  static Optional<Integer> integer(JsonNode value) {
    return value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToInt()
        ? Optional.of(value.intValue())
        : Optional.empty();
  }

  /** Returns a positive integer, or {@code otherwise} if the field is missing. */
  int positive(String field, int otherwise) {
    return has(field) ? positive(field) : otherwise;
  }

  /** Returns a finite number. */
  double number(String field) {
    JsonNode value = node.path(field);
    if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
      throw wrong(field, has(field) ? "is no number" : "is missing");
    }
    return value.asDouble();
  }

  /** Returns a finite number, or {@code otherwise} if the field is missing. */
  double number(String field, double otherwise) {
    return has(field) ? number(field) : otherwise;
  }

  /** Returns a boolean, or {@code otherwise} if the field is missing. */
  boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!node.get(field).isBoolean()) {
      throw wrong(field, "is neither true nor false");
    }
    return node.get(field).asBoolean();
  }

  /** Returns a text, or {@code otherwise} if the field is missing. */
  String text(String field, String otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!node.get(field).isTextual()) {
      throw wrong(field, "is no text");
    }
    return node.get(field).asText();
  }

  /** Returns the error for a field. */
  UserError wrong(String field, String what) {
    // An unknown key comes from the input, and may be as long as the file.
    String name = path + field.substring(0, Math.min(LONGEST_NAME, field.length()));
    return new UserError(file + " field " + name, what, "use a model that Kvasir supports");
  }
}
