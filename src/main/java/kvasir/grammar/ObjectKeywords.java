package kvasir.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keywords about objects of schemas that hold together.
 *
 * @param known schemas of the members that have names, in the order of the schema
 * @param required names of members that must be there
 * @param further schemas of each further member; empty if there must be none
 * @param names schemas of the names
 * @param min least number of members
 * @param max largest number of members
 */
record ObjectKeywords(
    Map<String, List<SchemaPart>> known,
    Set<String> required,
    Optional<List<SchemaPart>> further,
    List<SchemaPart> names,
    int min,
    int max) {

  /** Largest number of members with names, since each may be the next one. */
  private static final int MAX_MEMBERS = 1000;

  static ObjectKeywords of(List<SchemaPart> parts) {
    int min = 0;
    int max = Repetition.UNBOUNDED;
    Set<String> declared = new LinkedHashSet<>();
    Set<String> required = new LinkedHashSet<>();
    List<SchemaPart> names = new ArrayList<>();
    for (SchemaPart part : parts) {
      part.checkOrder("minProperties", "maxProperties");
      min = Math.max(min, part.count("minProperties").orElse(0));
      max = Math.min(max, part.count("maxProperties").orElse(Repetition.UNBOUNDED));
      declared.addAll(part.map("properties").keySet());
      required.addAll(part.texts("required"));
      if (declared.size() > MAX_MEMBERS || required.size() > MAX_MEMBERS) {
        throw part.error("properties", "has more than %,d members".formatted(MAX_MEMBERS));
      }
      part.schema("propertyNames").ifPresent(names::add);
    }
    Optional<List<SchemaPart>> further = further(parts, min > declared.size());
    Map<String, List<SchemaPart>> known = new LinkedHashMap<>();
    declared.forEach(name -> known.put(name, new ArrayList<>()));
    required.forEach(name -> known.putIfAbsent(name, new ArrayList<>()));
    for (SchemaPart part : parts) {
      Map<String, SchemaPart> own = part.map("properties");
      Optional<SchemaPart> other = part.schema("additionalProperties");
      known.forEach(
          (name, schemas) ->
              Optional.ofNullable(own.get(name)).or(() -> other).ifPresent(schemas::add));
    }
    return new ObjectKeywords(known, required, further, names, min, max);
  }

  /**
   * Returns the schemas of further members. Schemas that do not speak of them allow them; here they
   * do so only if they name no members at all, or not enough.
   */
  private static Optional<List<SchemaPart>> further(List<SchemaPart> parts, boolean needed) {
    List<SchemaPart> schemas = new ArrayList<>();
    boolean silent = true;
    for (SchemaPart part : parts) {
      part.schema("additionalProperties").ifPresent(schemas::add);
      silent &= !part.has("properties") && !part.has("required");
    }
    boolean closed = schemas.stream().anyMatch(SchemaPart::refusesAll);
    return !closed && (silent || needed || !schemas.isEmpty())
        ? Optional.of(schemas)
        : Optional.empty();
  }
}
