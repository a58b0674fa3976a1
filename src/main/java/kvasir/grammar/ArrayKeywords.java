package kvasir.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keywords about arrays of schemas that hold together.
 *
 * @param first schemas of the first elements, for each of which all hold
 * @param others schemas of each of the others
 * @param min least number of elements
 * @param max largest number of elements
 */
record ArrayKeywords(List<List<SchemaPart>> first, List<SchemaPart> others, int min, int max) {
  /** Largest number of first elements with schemas of their own. */
  private static final int MAX_FIRST = 10_000;

  static ArrayKeywords of(List<SchemaPart> parts) {
    int size = 0;
    int min = 0;
    int max = Repetition.UNBOUNDED;
    List<SchemaPart> others = new ArrayList<>();
    for (SchemaPart part : parts) {
      part.checkOrder("minItems", "maxItems");
      min = Math.max(min, part.count("minItems").orElse(0));
      max = Math.min(max, part.count("maxItems").orElse(Repetition.UNBOUNDED));
      size = Math.max(size, prefix(part).size());
      rest(part).ifPresent(others::add);
      if (size > MAX_FIRST) {
        throw part.error("prefixItems", "has more than %,d schemas".formatted(MAX_FIRST));
      }
    }
    List<List<SchemaPart>> first = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      first.add(new ArrayList<>());
    }
    for (SchemaPart part : parts) {
      List<SchemaPart> prefix = prefix(part);
      Optional<SchemaPart> rest = rest(part);
      for (int i = 0; i < size; i++) {
        (i < prefix.size() ? Optional.of(prefix.get(i)) : rest).ifPresent(first.get(i)::add);
      }
    }
    return new ArrayKeywords(first, others, min, max);
  }

  /** Returns the schemas of a schema's first elements; before draft 2020 they are its items. */
  private static List<SchemaPart> prefix(SchemaPart part) {
    boolean old = part.value("items").filter(items -> items.isArray()).isPresent();
    return part.schemas(old ? "items" : "prefixItems").orElse(List.of());
  }

  private static Optional<SchemaPart> rest(SchemaPart part) {
    boolean old = part.value("items").filter(items -> items.isArray()).isPresent();
    return part.schema(old ? "additionalItems" : "items");
  }

  /** Returns the schemas of an element, all of which hold. */
  List<SchemaPart> element(int index) {
    return index < first.size() ? first.get(index) : others;
  }
}
