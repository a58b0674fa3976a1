package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
      for (Kind kind : values()) {
        boolean says = HELD.getOrDefault(kind, List.of()).stream().anyMatch(part::has);
        if (says
            || REFUSED.getOrDefault(kind, List.of()).stream()
                .anyMatch(keyword -> refuses(part, keyword))) {
          implied.add(kind);
        }
      }
    }
    if (implied.contains(NUMBER)) {
      implied.add(INTEGER);
    }
    return given || implied.isEmpty() ? kinds : implied;
  }

  static Set<Kind> named(SchemaPart part) {
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    JsonNode type = part.value("type").orElseThrow();
    for (JsonNode name : type.isArray() ? type : List.of(type)) {
      kinds.addAll(
          switch (name.isTextual() ? name.textValue() : "") {
            case "null" -> Set.of(NULL);
            case "boolean" -> Set.of(BOOLEAN);
            case "integer" -> Set.of(INTEGER);
            case "number" -> Set.of(INTEGER, NUMBER);
            case "string" -> Set.of(STRING);
            case "array" -> Set.of(ARRAY);
            case "object" -> Set.of(OBJECT);
            default ->
                throw part.error(
                    "type",
                    "must be null, boolean, integer, number, string, array, object, or a list of"
                        + " them");
          });
    }
    return kinds;
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
    return part.value(keyword).filter(value -> !saysNothing(keyword, value)).isPresent();
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
