package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import kvasir.grammar.pattern.TextAutomaton;

/**
 * Check that no value that is written for one schema of a {@code oneOf} fits another one: they have
 * other types, other values at a member that both must have, or bounds that do not meet.
 */
final class Exclusion {
  private static final int MAX_DEPTH = 8;

  private final Branches branches;
  private final ValueCheck check;
  private final Budget budget;

  Exclusion(Branches branches, ValueCheck check, Budget budget) {
    this.branches = branches;
    this.check = check;
    this.budget = budget;
  }

  /**
   * Checks a {@code oneOf}.
   *
   * @throws SchemaException if two of its schemas may fit the same value
   */
  void check(SchemaPart part, List<SchemaPart> choices) {
    for (int i = 0; i < choices.size(); i++) {
      for (int j = 0; j < choices.size(); j++) {
        if (i != j && !apart(List.of(choices.get(i)), List.of(choices.get(j)), 0)) {
          throw part.error(
              "oneOf",
              "is supported only for schemas that exclude each other, and numbers %d and %d may fit the same value; use anyOf"
                  .formatted(i, j));
        }
      }
    }
  }

  /** Returns whether no value that is written for some schemas fits others. */
  private boolean apart(List<SchemaPart> written, List<SchemaPart> others, int depth) {
    if (depth > MAX_DEPTH) {
      return false;
    }
    List<List<SchemaPart>> ways = branches.of(others);
    return branches.of(written).stream()
        .allMatch(one -> ways.stream().allMatch(other -> branchesApart(one, other, depth)));
  }

  private boolean branchesApart(List<SchemaPart> one, List<SchemaPart> other, int depth) {
    Optional<List<JsonNode>> listed = check.listed(one);
    if (listed.isPresent()) {
      return listed.get().stream().noneMatch(value -> fits(value, other));
    }
    Optional<List<JsonNode>> listedThere = check.listed(other);
    if (listedThere.isPresent()) {
      return listedThere.get().stream().noneMatch(value -> fits(value, one));
    }
    Set<Kind> common = new TreeSet<>(Kind.of(one));
    for (SchemaPart part : other) {
      if (part.has("type")) {
        common.retainAll(Kind.named(part));
      }
    }
    return common.stream().allMatch(kind -> kindApart(kind, one, other, depth));
  }

  private boolean fits(JsonNode value, List<SchemaPart> parts) {
    return parts.stream().allMatch(part -> check.fits(value, part));
  }

  private boolean kindApart(Kind kind, List<SchemaPart> one, List<SchemaPart> other, int depth) {
    return switch (kind) {
      case NULL, BOOLEAN, ARRAY -> false;
      case INTEGER, NUMBER -> numbersApart(one, other);
      case STRING -> textsApart(one, other);
      case OBJECT -> objectsApart(ObjectKeywords.of(one), ObjectKeywords.of(other), other, depth);
    };
  }

  private static boolean numbersApart(List<SchemaPart> one, List<SchemaPart> other) {
    NumberBounds.Range left = NumberKeywords.of(one).range();
    NumberBounds.Range right = NumberKeywords.of(other).range();
    return left.endsBefore(right) || right.endsBefore(left);
  }

  private boolean textsApart(List<SchemaPart> one, List<SchemaPart> other) {
    List<SchemaPart> both = new ArrayList<>(one);
    both.addAll(other);
    return !TextKeywords.content(Text.Form.QUOTED, both, TextAutomaton.ANY, budget).fits();
  }

  private boolean objectsApart(
      ObjectKeywords one, ObjectKeywords other, List<SchemaPart> otherParts, int depth) {
    for (String name : one.required()) {
      List<SchemaPart> there = other.known().get(name);
      boolean refused =
          there == null
              && otherParts.stream()
                  .anyMatch(
                      part ->
                          part.schema("additionalProperties")
                              .filter(SchemaPart::refusesAll)
                              .isPresent());
      if (refused || (there != null && apart(one.known().get(name), there, depth + 1))) {
        return true;
      }
    }
    return other.required().stream()
        .anyMatch(name -> !one.known().containsKey(name) && one.further().isEmpty());
  }
}
