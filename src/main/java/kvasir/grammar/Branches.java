package kvasir.grammar;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The ways in which several schemas can hold together: the choices of {@code anyOf} and {@code
 * oneOf} are multiplied out, and references and {@code allOf} are followed. Each way is a list of
 * schemas of which only the other keywords are left to hold.
 */
final class Branches {
  /** Largest number of ways. */
  private static final int MAX_BRANCHES = 1000;

  private static final int MAX_DEPTH = 200;

  private final References references;
  private final Budget budget;
  private final Exclusion exclusion;

  Branches(References references, Budget budget) {
    this.references = references;
    this.budget = budget;
    this.exclusion = new Exclusion(this, new ValueCheck(references, budget), budget);
  }

  /** Returns the ways in which all of some schemas hold; none if they cannot. */
  List<List<SchemaPart>> of(List<SchemaPart> parts) {
    List<List<SchemaPart>> branches = List.of(List.of());
    for (SchemaPart part : parts) {
      branches = product(part, branches, branchesOf(part, new IdentityHashMap<>()));
    }
    return branches;
  }

  private List<List<SchemaPart>> branchesOf(
      SchemaPart part, IdentityHashMap<Object, SchemaPart> above) {
    budget.spend(part, 1);
    if (part.node().isBoolean()) {
      return part.refusesAll() ? List.of() : List.of(List.of());
    }
    if (above.put(part.node(), part) != null) {
      throw part.error("$ref", "refers to itself, without an object or an array between");
    }
    if (above.size() > MAX_DEPTH) {
      throw part.error("$ref", "is nested deeper than %d levels".formatted(MAX_DEPTH));
    }
    List<List<SchemaPart>> branches = List.of(List.of(part));
    if (part.has("$ref")) {
      branches = product(part, branches, branchesOf(references.target(part), above));
    }
    for (SchemaPart each : choices(part, "allOf").orElse(List.of())) {
      branches = product(part, branches, branchesOf(each, above));
    }
    Optional<List<SchemaPart>> any = choices(part, "anyOf");
    if (any.isPresent()) {
      branches = product(part, branches, union(any.get(), above));
    }
    Optional<List<SchemaPart>> one = choices(part, "oneOf");
    if (one.isPresent()) {
      exclusion.check(part, one.get());
      branches = product(part, branches, union(one.get(), above));
    }
    above.remove(part.node());
    return branches;
  }

  private static Optional<List<SchemaPart>> choices(SchemaPart part, String keyword) {
    Optional<List<SchemaPart>> choices = part.schemas(keyword);
    if (choices.isPresent() && choices.get().isEmpty()) {
      throw part.error(keyword, "must not be empty");
    }
    return choices;
  }

  private List<List<SchemaPart>> union(
      List<SchemaPart> parts, IdentityHashMap<Object, SchemaPart> above) {
    List<List<SchemaPart>> branches = new ArrayList<>();
    for (SchemaPart part : parts) {
      branches.addAll(branchesOf(part, above));
      check(part, branches.size());
    }
    return branches;
  }

  private List<List<SchemaPart>> product(
      SchemaPart part, List<List<SchemaPart>> left, List<List<SchemaPart>> right) {
    check(part, (long) left.size() * right.size());
    List<List<SchemaPart>> both = new ArrayList<>();
    for (List<SchemaPart> one : left) {
      for (List<SchemaPart> other : right) {
        List<SchemaPart> together = new ArrayList<>(one);
        together.addAll(other);
        budget.spend(part, together.size());
        both.add(together);
      }
    }
    return both;
  }

  private static void check(SchemaPart part, long count) {
    if (count > MAX_BRANCHES) {
      throw part.error(
          part.has("oneOf") ? "oneOf" : part.has("allOf") ? "allOf" : "anyOf",
          "gives more than %,d combinations".formatted(MAX_BRANCHES));
    }
  }
}
