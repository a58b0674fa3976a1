package kvasir.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Fields of an object in a request. A field that is null is absent; fields that nobody reads are
 * ignored. Errors name the field by its path, such as {@code messages[0].content}.
 *
 * @param node the object
 * @param path path of the object, empty for the request itself
 */
record Fields(ObjectNode node, String path) {
  /** Creates the fields of a request. */
  Fields(ObjectNode node) {
    this(node, "");
  }

  /** Returns the path of a field. */
  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Returns a value; empty if it is absent. */
  Optional<JsonNode> value(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() || value.isMissingNode()
        ? Optional.empty()
        : Optional.of(value);
  }

  /** Returns whether a field has a value that says something: not null, false, empty. */
  boolean says(String name) {
    return value(name)
        .filter(v -> !(v.isContainerNode() && v.isEmpty()))
        .filter(v -> !(v.isBoolean() && !v.booleanValue()))
        .filter(v -> !(v.isTextual() && v.textValue().isEmpty()))
        .isPresent();
  }

  /** Returns a flag; the default if it is absent. */
  boolean flag(String name, boolean absent) {
    return value(name).map(v -> flagOf(name, v)).orElse(absent);
  }

  private boolean flagOf(String name, JsonNode value) {
    if (!value.isBoolean()) {
      throw unlike(path(name), "true or false", value);
    }
    return value.booleanValue();
  }

  /** Returns a text. */
  Optional<String> text(String name) {
    return value(name).map(v -> text(path(name), v));
  }

  /** Returns the text that a value is. */
  static String text(String path, JsonNode value) {
    if (!value.isTextual()) {
      throw unlike(path, "a text", value);
    }
    return value.textValue();
  }

  /** Returns an object. */
  Optional<Fields> object(String name) {
    return value(name).map(v -> object(path(name), v));
  }

  /** Returns the fields of the object that a value is. */
  static Fields object(String path, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return new Fields(object, path);
    }
    throw unlike(path, "an object", value);
  }

  /** Returns a list. */
  Optional<JsonNode> list(String name) {
    return value(name).map(v -> list(path(name), v));
  }

  private static JsonNode list(String path, JsonNode value) {
    if (!value.isArray()) {
      throw unlike(path, "a list", value);
    }
    return value;
  }

  /** Returns a whole number, which may be written as 8.0. */
  OptionalLong whole(String name, long least, long largest) {
    Optional<JsonNode> value = value(name);
    return value.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(whole(path(name), value.get(), least, largest));
  }

  /** Returns the whole number that a value is. */
  static long whole(String path, JsonNode value, long least, long largest) {
    String expected =
        largest == Long.MAX_VALUE && least >= 0
            ? "a whole number of " + least + " or more"
            : "a whole number from " + least + " to " + largest;
    if (!value.isNumber()) {
      throw unlike(path, expected, value);
    }
    double real = value.doubleValue();
    boolean exact = value.isIntegralNumber() || real == Math.rint(real);
    // Long.MAX_VALUE as a double is 2^63, which is one too large.
    boolean inRange = value.isIntegralNumber() ? value.canConvertToLong() : Math.abs(real) < 0x1p63;
    if (!exact || !inRange || value.longValue() < least || value.longValue() > largest) {
      throw unlike(path, expected, value);
    }
    return value.longValue();
  }

  /** Returns a number. */
  OptionalDouble real(String name, double least, double largest) {
    Optional<JsonNode> value = value(name);
    return value.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(real(path(name), value.get(), least, largest));
  }

  /** Returns the number that a value is. */
  static double real(String path, JsonNode value, double least, double largest) {
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(number >= least && number <= largest)) {
      throw unlike(path, range(least, largest), value);
    }
    return number;
  }

  private static String range(double least, double largest) {
    if (least == Double.MIN_VALUE) {
      return "a number above 0, and at most " + plain(largest);
    }
    return "a number from %s to %s".formatted(plain(least), plain(largest));
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
  }

  /** Returns the error for a value that is not of the expected kind or range. */
  static ApiError unlike(String path, String expected, JsonNode value) {
    return ApiError.invalid(path, path + " must be " + expected + ", not " + kind(value));
  }

  /** Returns the words for a value in a message. */
  static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "the text \"" + ApiError.quoted(value.textValue()) + "\"";
      case NULL, MISSING -> "null";
      default -> ApiError.quoted(value.asText());
    };
  }
}
