package kvasir.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kvasir.grammar.pattern.PatternException;
import kvasir.grammar.pattern.TextAutomaton;

/**
 * Reader of JSON schemas as grammars. Each set of schemas that hold at the same place becomes a
 * rule, which is built once; so circles of references end. Used once, by one thread.
 */
final class SchemaReader {
  /** Largest number of bytes of the shortest text. */
  private static final long MAX_LEAST = 1 << 20;

  private final SchemaPart root;

  /** Marks that no text in a value has. */
  private final List<String> marks;

  /** Automaton of texts without marks. */
  private final TextAutomaton texts;

  private final MemberForm json = new JsonMembers(this);
  private final Budget budget = new Budget();
  private final Branches branches;
  private final ValueCheck check;
  private final IdentityHashMap<JsonNode, Integer> numbers = new IdentityHashMap<>();
  private final Map<List<Integer>, Rule> rules = new HashMap<>();
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Parts of each rule, in the order in which they were built. */
  private final List<List<Node>> built = new ArrayList<>();

  private record Pending(Rule rule, List<SchemaPart> parts) {}

  /**
   * Creates a reader.
   *
   * @param marks marks that no text in a value is to have
   */
  SchemaReader(JsonNode schema, List<String> marks) {
    if (!schema.isObject() && !schema.isBoolean()) {
      throw new SchemaException("schema", "", "must be an object");
    }
    this.root = new SchemaPart(schema, "");
    this.marks = List.copyOf(marks);
    this.texts = without(marks);
    References references = new References(schema);
    this.branches = new Branches(references, budget);
    this.check = new ValueCheck(references, budget);
  }

  private static TextAutomaton without(List<String> marks) {
    try {
      TextAutomaton automaton = TextAutomaton.ANY;
      for (String mark : marks) {
        automaton = automaton.and(TextAutomaton.without(mark));
      }
      return automaton;
    } catch (PatternException e) {
      throw new IllegalStateException("marks are short", e);
    }
  }

  /** Returns the part of the values that fit the schema. */
  Node read() {
    built.add(new ArrayList<>());
    return finished(rule(List.of(root)));
  }

  /** Returns the part of the objects that fit the schema, in another spelling than JSON. */
  Node readObjects(MemberForm form) {
    built.add(new ArrayList<>());
    List<Node> ways = new ArrayList<>();
    for (List<SchemaPart> branch : branches.of(List.of(root))) {
      List<SchemaPart> parts = branch.isEmpty() ? List.of(root) : branch;
      if (check.listed(parts).isPresent()) {
        throw root.error("enum", "is not supported for a call with single parameters");
      }
      parts.forEach(part -> Kind.check(part, Set.of(Kind.OBJECT)));
      if (branch.isEmpty() || Kind.of(parts).contains(Kind.OBJECT)) {
        ways.add(new ObjectNodes(this, form).node(parts));
      }
    }
    return finished(keep(new Choice(ways)));
  }

  /** Builds the rules that are pending, and returns the part that was begun with. */
  private Node finished(Node start) {
    for (Pending next = pending.poll(); next != null; next = pending.poll()) {
      built.add(new ArrayList<>());
      next.rule.define(body(next.parts));
      keep(next.rule);
    }
    finish();
    if (!start.fits()) {
      throw new SchemaException("schema", "", "fits no value");
    }
    if (start.least() > MAX_LEAST) {
      throw new SchemaException("schema", "", "fits no value of less than 1 MiB");
    }
    return start;
  }

  /** Computes the shortest texts until they stay, beginning with the rules that were built last. */
  private void finish() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (List<Node> nodes : built.reversed()) {
        budget.spend(root, nodes.size());
        for (Node node : nodes) {
          changed |= node.update();
        }
      }
    }
  }

  Budget budget() {
    return budget;
  }

  Branches branches() {
    return branches;
  }

  ValueCheck check() {
    return check;
  }

  TextAutomaton texts() {
    return texts;
  }

  /** Notes a part whose shortest text may change while rules are built. */
  <N extends Node> N keep(N node) {
    budget.spend(root, 1);
    built.getLast().add(node);
    return node;
  }

  /** Returns parts that follow each other. */
  Node chain(Node... parts) {
    return keep(new Chain(List.of(parts)));
  }

  /** Returns the values that fit all of some schemas. */
  Node rule(List<SchemaPart> parts) {
    List<SchemaPart> saying = new ArrayList<>();
    for (SchemaPart part : parts) {
      if (part.refusesAll()) {
        return new Choice(List.of());
      }
      if (part.node().isObject() && !part.node().isEmpty()) {
        saying.add(part);
      }
    }
    if (saying.isEmpty()) {
      return AnyValue.value();
    }
    List<Integer> key =
        saying.stream()
            .map(part -> numbers.computeIfAbsent(part.node(), node -> numbers.size()))
            .distinct()
            .sorted()
            .toList();
    return rules.computeIfAbsent(
        key,
        k -> {
          budget.spend(saying.getFirst(), 10 + k.size());
          Rule rule = new Rule();
          pending.add(new Pending(rule, saying));
          return rule;
        });
  }

  private Node body(List<SchemaPart> parts) {
    List<Node> nodes = new ArrayList<>();
    for (List<SchemaPart> branch : branches.of(parts)) {
      nodes.add(branch(branch));
    }
    return nodes.size() == 1 ? nodes.getFirst() : keep(new Choice(nodes));
  }

  private Node branch(List<SchemaPart> parts) {
    Optional<List<JsonNode>> listed = check.listed(parts);
    if (listed.isPresent()) {
      List<byte[]> words = new ArrayList<>();
      for (JsonNode value : listed.get()) {
        String text = Literals.json(value);
        if (marks.stream().noneMatch(text::contains)) {
          words.add(text.getBytes(StandardCharsets.UTF_8));
        }
      }
      return words.isEmpty() ? new Choice(List.of()) : new Words(words);
    }
    Set<Kind> kinds = parts.isEmpty() ? Set.of() : Kind.of(parts);
    parts.forEach(part -> Kind.check(part, kinds));
    List<Node> nodes = new ArrayList<>();
    for (Kind kind : kinds) {
      boolean covered = kind == Kind.INTEGER && kinds.contains(Kind.NUMBER);
      if (!covered) {
        nodes.add(ofKind(kind, parts));
      }
    }
    return parts.isEmpty() ? AnyValue.value() : keep(new Choice(nodes));
  }

  /** Returns the JSON values of one kind that fit schemas that hold together. */
  Node ofKind(Kind kind, List<SchemaPart> parts) {
    return switch (kind) {
      case NULL -> Literals.of("null");
      case BOOLEAN -> AnyValue.bool();
      case INTEGER -> NumberKeywords.of(parts).node(true);
      case NUMBER -> NumberKeywords.of(parts).node(false);
      case STRING -> {
        Text content = TextKeywords.content(Text.Form.QUOTED, parts, texts, budget);
        yield chain(Literals.of("\""), content, Literals.of("\""));
      }
      case ARRAY -> new ArrayNodes(this).node(parts);
      case OBJECT -> new ObjectNodes(this, json).node(parts);
    };
  }
}
