package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A schema inside of a schema, with its place. Compared by the identity of its node, since the same
 * schema is often reached on several ways.
 */
final class SchemaPart {
  private static final int MAX_DIGITS = 400;
  private static final int MAX_NAME = 100;

  private final JsonNode node;
  private final String place;

  SchemaPart(JsonNode node, String place) {
    this.node = node;
    this.place = place;
  }

  JsonNode node() {
    return node;
  }

  String place() {
    return place;
  }

  /** Returns whether this is the schema {@code false}, which nothing fits. */
  boolean refusesAll() {
    return node.isBoolean() && !node.booleanValue();
  }

  SchemaException error(String keyword, String problem) {
    return new SchemaException(keyword, place, problem);
  }

  SchemaException unsupported(String keyword) {
    return error(keyword, "is not supported");
  }

  boolean has(String keyword) {
    return value(keyword).isPresent();
  }

  /** Returns the value of a keyword; empty if it is absent or null. */
  Optional<JsonNode> value(String keyword) {
    return Optional.ofNullable(node.get(keyword)).filter(value -> !value.isNull());
  }

  /** Returns a keyword's number of characters, elements or members; a large one is cut. */
  Optional<Integer> count(String keyword) {
    return number(keyword)
        .map(
            number -> {
              if (number.signum() < 0 || number.stripTrailingZeros().scale() > 0) {
                throw error(keyword, "must be a whole number of 0 or more");
              }
              return number.min(BigDecimal.valueOf(Integer.MAX_VALUE - 1)).intValue();
            });
  }

  /** Checks that a least number is not above the largest one. */
  void checkOrder(String least, String largest) {
    int min = count(least).orElse(0);
    count(largest)
        .filter(max -> min > max)
        .ifPresent(
            max -> {
              throw error(least, "is above %s: %d and %d".formatted(largest, min, max));
            });
  }

  Optional<BigDecimal> number(String keyword) {
    return value(keyword)
        .map(
            value -> {
              if (!value.isNumber() || (value.isFloatingPointNumber() && !finite(value))) {
                throw error(keyword, "must be a number");
              }
              BigDecimal number = value.decimalValue();
              if (number.precision() > MAX_DIGITS || Math.abs(number.scale()) > MAX_DIGITS) {
                throw error(keyword, "must have at most " + MAX_DIGITS + " digits");
              }
              return number;
            });
  }

  private static boolean finite(JsonNode value) {
    return value.isBigDecimal() || Double.isFinite(value.doubleValue());
  }

  Optional<String> text(String keyword) {
    return value(keyword)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw error(keyword, "must be a text");
              }
              return value.textValue();
            });
  }

  /** Returns the schema of a keyword. */
  Optional<SchemaPart> schema(String keyword) {
    return value(keyword).map(value -> part(keyword, value, keyword));
  }

  /** Returns a keyword's list of schemas. */
  Optional<List<SchemaPart>> schemas(String keyword) {
    return value(keyword)
        .map(
            value -> {
              if (!value.isArray()) {
                throw error(keyword, "must be a list of schemas");
              }
              List<SchemaPart> parts = new ArrayList<>(value.size());
              for (JsonNode each : value) {
                parts.add(part(keyword, each, keyword + "[" + parts.size() + "]"));
              }
              return parts;
            });
  }

  /** Returns a keyword's schemas by name, in their order. */
  Map<String, SchemaPart> map(String keyword) {
    Map<String, SchemaPart> parts = new LinkedHashMap<>();
    value(keyword)
        .ifPresent(
            value -> {
              if (!value.isObject()) {
                throw error(keyword, "must be an object of schemas");
              }
              for (Map.Entry<String, JsonNode> entry : value.properties()) {
                String name = keyword + "." + cut(entry.getKey());
                parts.put(entry.getKey(), part(keyword, entry.getValue(), name));
              }
            });
    return parts;
  }

  /** Returns a keyword's list of texts; empty if it is absent. */
  List<String> texts(String keyword) {
    List<String> texts = new ArrayList<>();
    value(keyword)
        .ifPresent(
            value -> {
              if (!value.isArray()) {
                throw error(keyword, "must be a list of texts");
              }
              for (JsonNode each : value) {
                if (!each.isTextual()) {
                  throw error(keyword, "must be a list of texts");
                }
                texts.add(each.textValue());
              }
            });
    return texts;
  }

  private SchemaPart part(String keyword, JsonNode value, String name) {
    if (!value.isObject() && !value.isBoolean()) {
      throw error(keyword, "must hold schemas: objects, true or false");
    }
    return new SchemaPart(value, place.isEmpty() ? name : place + "." + name);
  }

  static String cut(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "...";
  }
}
