package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Kind of JSON value. Integers are numbers too; a set with numbers has integers as well. */
enum Kind {
  NULL,
  BOOLEAN,
  INTEGER,
  NUMBER,
  STRING,
  ARRAY,
  OBJECT;

  /** Keywords that are held, by the kind that they are about. */
  private static final Map<Kind, List<String>> HELD =
      Map.of(
          NUMBER,
          List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
          STRING,
          List.of("minLength", "maxLength", "pattern"),
          ARRAY,
          List.of("items", "prefixItems", "minItems", "maxItems", "additionalItems"),
          OBJECT,
          List.of(
              "properties",
              "required",
              "additionalProperties",
              "minProperties",
              "maxProperties",
              "propertyNames"));

  /** Keywords that cannot be held, by the kind that they are about. */
  private static final Map<Kind, List<String>> REFUSED =
      Map.of(
          ARRAY,
          List.of("uniqueItems", "contains", "unevaluatedItems"),
          OBJECT,
          List.of(
              "patternProperties",
              "dependentRequired",
              "dependentSchemas",
              "dependencies",
              "unevaluatedProperties"));

  /** Keywords that are about any kind and cannot be held. */
  private static final List<String> NEVER = List.of("not", "if", "$dynamicRef", "$recursiveRef");

  /** Returns the kinds of values that fit some schemas, all of which hold. */
  static Set<Kind> of(List<SchemaPart> parts) {
    EnumSet<Kind> kinds = EnumSet.allOf(Kind.class);
    EnumSet<Kind> implied = EnumSet.noneOf(Kind.class);
    boolean given = false;
    for (SchemaPart part : parts) {
      if (part.has("type")) {
        kinds.retainAll(named(part));
        given = true;
      }
      implied(keyword -> part.has(keyword) && !saysNothing(part, keyword))
          .ifPresent(implied::addAll);
    }
    return given || implied.isEmpty() ? kinds : implied;
  }

  /** Returns the kinds that the keywords of a schema are about; empty for any. */
  static Optional<Set<Kind>> implied(Predicate<String> keywords) {
    EnumSet<Kind> implied = EnumSet.noneOf(Kind.class);
    for (Kind kind : values()) {
      if (HELD.getOrDefault(kind, List.of()).stream().anyMatch(keywords)
          || REFUSED.getOrDefault(kind, List.of()).stream().anyMatch(keywords)) {
        implied.add(kind);
      }
    }
    if (implied.contains(NUMBER)) {
      implied.add(INTEGER);
    }
    return implied.isEmpty() ? Optional.empty() : Optional.of(implied);
  }

  static Set<Kind> named(SchemaPart part) {
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    JsonNode type = part.value("type").orElseThrow();
    for (JsonNode name : type.isArray() ? type : List.of(type)) {
      kinds.addAll(
          named(name)
              .orElseThrow(
                  () ->
                      part.error(
                          "type",
                          "must be null, boolean, integer, number, string, array, object, or a list"
                              + " of them")));
    }
    return kinds;
  }

  /** Returns the kinds of the name of a type; empty if JSON Schema does not have it. */
  static Optional<Set<Kind>> named(JsonNode name) {
    return switch (name.isTextual() ? name.textValue() : "") {
      case "null" -> Optional.of(Set.of(NULL));
      case "boolean" -> Optional.of(Set.of(BOOLEAN));
      case "integer" -> Optional.of(Set.of(INTEGER));
      case "number" -> Optional.of(Set.of(INTEGER, NUMBER));
      case "string" -> Optional.of(Set.of(STRING));
      case "array" -> Optional.of(Set.of(ARRAY));
      case "object" -> Optional.of(Set.of(OBJECT));
      default -> Optional.empty();
    };
  }

  /**
   * Checks that a schema has no keyword that cannot be held and that is about one of some kinds.
   *
   * @throws SchemaException if there is one
   */
  static void check(SchemaPart part, Set<Kind> kinds) {
    NEVER.stream()
        .filter(part::has)
        .findFirst()
        .ifPresent(
            keyword -> {
              throw part.unsupported(keyword);
            });
    for (Kind kind : kinds) {
      for (String keyword : REFUSED.getOrDefault(kind, List.of())) {
        if (refuses(part, keyword)) {
          throw part.unsupported(keyword);
        }
      }
    }
  }

  /** Returns whether a keyword that cannot be held is there and says something. */
  private static boolean refuses(SchemaPart part, String keyword) {
    return part.has(keyword) && !saysNothing(part, keyword);
  }

  /** Returns whether a keyword that cannot be held has a value by which it allows everything. */
  private static boolean saysNothing(SchemaPart part, String keyword) {
    return REFUSED.values().stream().anyMatch(all -> all.contains(keyword))
        && part.value(keyword).filter(value -> saysNothing(keyword, value)).isPresent();
  }

  private static boolean saysNothing(String keyword, JsonNode value) {
    if (value.isBoolean()) {
      return keyword.startsWith("unevaluated")
          ? value.booleanValue()
          : keyword.equals("uniqueItems") && !value.booleanValue();
    }
    return value.isObject() && value.isEmpty() && !keyword.equals("contains");
  }
}
