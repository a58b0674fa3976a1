package kvasir.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.grammar.pattern.TextAutomaton;

/** The grammar of all JSON values. */
final class AnyValue {
  private static final Words BOOL =
      new Words(
          List.of(
              "true".getBytes(StandardCharsets.UTF_8), "false".getBytes(StandardCharsets.UTF_8)));

  private static final Rule VALUE = new Rule();
  private static final Node OBJECT = define();

  private AnyValue() {}

  private static Node define() {
    List<Node> parts = new ArrayList<>();
    Node text = chain(parts, Literals.of("\""), anyText(), Literals.of("\""));
    Node pair = chain(parts, text, Literals.of(":"), VALUE);
    Node members =
        keep(
            parts,
            new Members(List.of(), Optional.of(pair), 0, Repetition.UNBOUNDED, Members.COMMA));
    Node object = chain(parts, Literals.of("{"), members, Literals.of("}"));
    Node next = chain(parts, Literals.of(","), VALUE);
    Node elements = chain(parts, VALUE, keep(parts, new Repetition(next, 0, Repetition.UNBOUNDED)));
    Node inside = keep(parts, new Choice(List.of(elements, new Chain(List.of()))));
    Node array = chain(parts, Literals.of("["), inside, Literals.of("]"));
    Node number = new Numeral(NumberBounds.NUMBERS);
    VALUE.define(
        keep(parts, new Choice(List.of(Literals.of("null"), BOOL, number, text, array, object))));
    parts.addFirst(VALUE);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node part : parts) {
        changed |= part.update();
      }
    }
    return object;
  }

  private static Text anyText() {
    try {
      return new Text(Text.Form.QUOTED, TextAutomaton.ANY, 0, Text.UNBOUNDED);
    } catch (Text.TooLarge e) {
      throw new IllegalStateException("an automaton of one state", e);
    }
  }

  private static Node chain(List<Node> parts, Node... nodes) {
    return keep(parts, new Chain(List.of(nodes)));
  }

  private static Node keep(List<Node> parts, Node node) {
    parts.add(node);
    return node;
  }

  /** Returns true and false. */
  static Node bool() {
    return BOOL;
  }

  static Node value() {
    return VALUE;
  }

  static Node object() {
    return OBJECT;
  }
}
