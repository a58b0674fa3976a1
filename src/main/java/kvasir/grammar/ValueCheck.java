package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import kvasir.grammar.pattern.TextAutomaton;

/**
 * Validation of single values, such as those of an {@code enum}, by a schema. Used by one thread.
 */
final class ValueCheck {
  private static final int MAX_DEPTH = 200;

  private final References references;
  private final Budget budget;
  private final IdentityHashMap<JsonNode, Set<String>> enums = new IdentityHashMap<>();
  private final IdentityHashMap<JsonNode, TextAutomaton> patterns = new IdentityHashMap<>();
  private int depth;

  ValueCheck(References references, Budget budget) {
    this.references = references;
    this.budget = budget;
  }

  /**
   * Returns whether a value fits a schema.
   *
   * @throws SchemaException if the schema has a keyword that cannot be held for the value
   */
  boolean fits(JsonNode value, SchemaPart part) {
    budget.spend(part, 1);
    if (part.node().isBoolean()) {
      return part.node().booleanValue();
    }
    if (++depth > MAX_DEPTH) {
      throw part.error("$ref", "is nested deeper than %d levels".formatted(MAX_DEPTH));
    }
    Kind kind = kindOf(value);
    boolean fits =
        hasType(kind, part)
            && inEnum(value, part)
            && combined(value, part)
            && switch (kind) {
              case INTEGER, NUMBER -> number(value.decimalValue(), part);
              case STRING -> text(value.textValue(), part);
              case ARRAY -> array(value, part);
              case OBJECT -> object(value, part);
              case NULL, BOOLEAN -> true;
            };
    depth--;
    return fits;
  }

  /** Returns the values of an enumeration that fit all schemas; empty if there is none. */
  Optional<List<JsonNode>> listed(List<SchemaPart> parts) {
    for (SchemaPart part : parts) {
      JsonNode list = part.node().get("enum");
      if (list != null && (!list.isArray() || list.isEmpty())) {
        throw part.error("enum", "must be a list of one value or more");
      }
      JsonNode constant = part.node().get("const");
      if (list == null && constant == null) {
        continue;
      }
      List<JsonNode> fitting = new ArrayList<>();
      for (JsonNode value : constant != null ? List.of(constant) : list) {
        if (parts.stream().allMatch(each -> fits(value, each))) {
          fitting.add(value);
        }
      }
      return Optional.of(fitting);
    }
    return Optional.empty();
  }

  static Kind kindOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> Kind.NULL;
      case BOOLEAN -> Kind.BOOLEAN;
      case NUMBER ->
          value.decimalValue().stripTrailingZeros().scale() <= 0 ? Kind.INTEGER : Kind.NUMBER;
      case STRING -> Kind.STRING;
      case ARRAY -> Kind.ARRAY;
      default -> Kind.OBJECT;
    };
  }

  private static boolean hasType(Kind kind, SchemaPart part) {
    return !part.has("type") || Kind.named(part).contains(kind);
  }

  private boolean inEnum(JsonNode value, SchemaPart part) {
    JsonNode constant = part.node().get("const");
    if (constant != null && !key(constant).equals(key(value))) {
      return false;
    }
    JsonNode list = part.node().get("enum");
    if (list == null) {
      return true;
    }
    Set<String> keys =
        enums.computeIfAbsent(
            list,
            values -> {
              Set<String> all = new HashSet<>();
              values.forEach(each -> all.add(key(each)));
              budget.spend(part, all.size());
              return all;
            });
    return keys.contains(key(value));
  }

  /** Returns a text that is equal for equal values. */
  static String key(JsonNode value) {
    if (value.isNumber()) {
      return value.decimalValue().stripTrailingZeros().toString();
    }
    StringBuilder key = new StringBuilder();
    if (value.isArray()) {
      value.forEach(each -> key.append(key(each)).append(','));
      return "[" + key + "]";
    }
    if (value.isObject()) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      value.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
      sorted.forEach(
          (name, each) ->
              key.append(Spelling.quoted(name)).append(':').append(key(each)).append(','));
      return "{" + key + "}";
    }
    return value.isTextual() ? Spelling.quoted(value.textValue()) : value.asText();
  }

  private boolean combined(JsonNode value, SchemaPart part) {
    if (part.has("$dynamicRef") || part.has("$recursiveRef")) {
      throw part.unsupported(part.has("$dynamicRef") ? "$dynamicRef" : "$recursiveRef");
    }
    if (part.has("if")) {
      throw part.unsupported("if");
    }
    return (!part.has("$ref") || fits(value, references.target(part)))
        && part.schemas("allOf").orElse(List.of()).stream().allMatch(each -> fits(value, each))
        && part.schemas("anyOf").map(any -> count(value, any) > 0).orElse(true)
        && part.schemas("oneOf").map(one -> count(value, one) == 1).orElse(true)
        && part.schema("not").map(not -> !fits(value, not)).orElse(true);
  }

  private long count(JsonNode value, List<SchemaPart> parts) {
    return parts.stream().filter(each -> fits(value, each)).count();
  }

  private static boolean number(BigDecimal number, SchemaPart part) {
    NumberKeywords keywords = NumberKeywords.of(List.of(part));
    return keywords.fits(number);
  }

  private boolean text(String text, SchemaPart part) {
    int length = text.codePointCount(0, text.length());
    boolean inside =
        length >= part.count("minLength").orElse(0)
            && length <= part.count("maxLength").orElse(Integer.MAX_VALUE);
    return inside
        && (!part.has("pattern")
            || patterns
                .computeIfAbsent(part.node(), node -> TextKeywords.pattern(part, budget))
                .accepts(text));
  }

  private boolean array(JsonNode value, SchemaPart part) {
    ArrayKeywords keywords = ArrayKeywords.of(List.of(part));
    if (value.size() < keywords.min() || value.size() > keywords.max()) {
      return false;
    }
    Kind.check(part, Set.of(Kind.ARRAY));
    for (int i = 0; i < value.size(); i++) {
      JsonNode each = value.get(i);
      if (!keywords.element(i).stream().allMatch(element -> fits(each, element))) {
        return false;
      }
    }
    return true;
  }

  private boolean object(JsonNode value, SchemaPart part) {
    int size = value.size();
    boolean inside =
        size >= part.count("minProperties").orElse(0)
            && size <= part.count("maxProperties").orElse(Integer.MAX_VALUE)
            && part.texts("required").stream().allMatch(value::has);
    if (!inside) {
      return false;
    }
    Kind.check(part, Set.of(Kind.OBJECT));
    Map<String, SchemaPart> known = part.map("properties");
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      SchemaPart schema =
          known.getOrDefault(entry.getKey(), part.schema("additionalProperties").orElse(null));
      boolean named =
          part.schema("propertyNames")
              .map(names -> fits(new TextNode(entry.getKey()), names))
              .orElse(true);
      if (!named || (schema != null && !fits(entry.getValue(), schema))) {
        return false;
      }
    }
    return true;
  }
}
