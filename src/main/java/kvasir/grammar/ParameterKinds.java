package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Kinds of values that the parameters of a function may have by its schema. All that a schema
 * allows is found, and perhaps more: keywords that are not known here are passed over, and nothing
 * is an error. Used by one thread.
 */
final class ParameterKinds {
  /** Kinds of a value of which a schema says nothing: vLLM takes such values as texts, too. */
  static final Set<Kind> UNTOLD = Set.of(Kind.STRING);

  private static final int MAX_DEPTH = 32;

  /** Largest number of schemas that are looked at for one parameter. */
  private static final int MAX_STEPS = 1000;

  private final JsonNode root;
  private final References references;
  private int steps;

  ParameterKinds(JsonNode root) {
    this.root = root;
    this.references = new References(root);
  }

  /** Looks up what one schema says about a value; empty if it says nothing. */
  private interface Lookup {
    Optional<Set<Kind>> of(JsonNode schema, int depth);
  }

  /** Returns the kinds of a parameter. */
  Set<Kind> of(String name) {
    steps = 0;
    return member(root, name, 0).orElse(UNTOLD);
  }

  /** Returns whether parameters are listed in one place, so that others are known to be such. */
  boolean simple() {
    return combined(root, 0, (schema, depth) -> Optional.of(UNTOLD)).isEmpty();
  }

  private Optional<Set<Kind>> member(JsonNode schema, String name, int depth) {
    List<Set<Kind>> all = new ArrayList<>();
    JsonNode own = schema.path("properties").get(name);
    (own != null ? value(own, depth) : value(schema.path("additionalProperties"), depth))
        .ifPresent(all::add);
    combined(schema, depth, (part, deeper) -> member(part, name, deeper)).ifPresent(all::add);
    return common(all);
  }

  private Optional<Set<Kind>> value(JsonNode schema, int depth) {
    if (!schema.isObject()) {
      return Optional.empty();
    }
    List<Set<Kind>> all = new ArrayList<>();
    named(schema.path("type")).ifPresent(all::add);
    if (schema.has("const")) {
      all.add(EnumSet.of(ValueCheck.kindOf(schema.get("const"))));
    } else if (schema.path("enum").isArray() && !schema.get("enum").isEmpty()) {
      EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
      schema.get("enum").forEach(each -> kinds.add(ValueCheck.kindOf(each)));
      all.add(kinds);
    }
    combined(schema, depth, this::value).ifPresent(all::add);
    return common(all).or(() -> Kind.implied(keyword -> schema.hasNonNull(keyword)));
  }

  private Optional<Set<Kind>> combined(JsonNode schema, int depth, Lookup lookup) {
    if (depth == MAX_DEPTH || ++steps > MAX_STEPS) {
      return Optional.of(EnumSet.allOf(Kind.class));
    }
    List<Set<Kind>> all = new ArrayList<>();
    if (schema.path("$ref").isTextual()) {
      target(schema).flatMap(part -> lookup.of(part, depth + 1)).ifPresent(all::add);
    }
    schema.path("allOf").forEach(part -> lookup.of(part, depth + 1).ifPresent(all::add));
    for (String keyword : List.of("anyOf", "oneOf")) {
      EnumSet<Kind> either = EnumSet.noneOf(Kind.class);
      schema
          .path(keyword)
          .forEach(part -> either.addAll(lookup.of(part, depth + 1).orElse(Set.of())));
      if (!either.isEmpty()) {
        all.add(either);
      }
    }
    return common(all);
  }

  private Optional<JsonNode> target(JsonNode schema) {
    try {
      return Optional.of(references.target(new SchemaPart(schema, "")).node());
    } catch (SchemaException e) {
      return Optional.empty();
    }
  }

  /** Returns the kinds of a keyword {@code type}; all for a name that JSON Schema does not have. */
  private static Optional<Set<Kind>> named(JsonNode type) {
    if (!type.isTextual() && !type.isArray()) {
      return Optional.empty();
    }
    EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
    for (JsonNode name : type.isArray() ? type : List.of(type)) {
      kinds.addAll(Kind.named(name).orElse(EnumSet.allOf(Kind.class)));
    }
    return kinds.isEmpty() ? Optional.empty() : Optional.of(kinds);
  }

  private static Optional<Set<Kind>> common(List<Set<Kind>> all) {
    if (all.isEmpty()) {
      return Optional.empty();
    }
    EnumSet<Kind> kinds = EnumSet.allOf(Kind.class);
    all.forEach(kinds::retainAll);
    return kinds.isEmpty() ? Optional.empty() : Optional.of(kinds);
  }
}
