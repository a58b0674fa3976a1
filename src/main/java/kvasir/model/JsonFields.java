package kvasir.model;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;

/** Fields of a JSON file, each checked as it is read; errors name file and field. */
record JsonFields(Path file, JsonNode node) {
  private static final long MOST_BYTES = 16 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static JsonFields read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new UserError(file.toString(), "no such file", "give a model's directory");
      }
      if (Files.size(file) > MOST_BYTES) {
        throw new UserError(file.toString(), "larger than 16 MiB", "give a model's own file");
      }
      return parse(file, Files.readString(file));
    } catch (IOException e) {
      throw noJson(file, e);
    }
  }

  /** The fields of a text; errors name the file. */
  static JsonFields parse(Path file, String text) {
    try {
      JsonNode node = JSON.readTree(text);
      if (node == null || !node.isObject()) {
        throw new UserError(file.toString(), "is no JSON object", "give a model's own file");
      }
      return new JsonFields(file, node);
    } catch (IOException e) {
      throw noJson(file, e);
    }
  }

  private static UserError noJson(Path file, IOException e) {
    return new UserError(file.toString(), "is no valid JSON", "fetch it again", e);
  }

  boolean has(String field) {
    return node.hasNonNull(field);
  }

  JsonFields object(String field) {
    if (!node.path(field).isObject()) {
      throw wrong(field, "is no object");
    }
    return new JsonFields(file, node.get(field));
  }

  int positive(String field) {
    JsonNode value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
      throw wrong(field, has(field) ? "is no positive integer" : "is missing");
    }
    return value.asInt();
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
    return new UserError(file + " field " + field, what, "use a model that Kvasir supports");
  }
}
