package kvasir.grammar;

import java.util.List;

/** Builder of the grammars of arrays. */
final class ArrayNodes {
  private final SchemaReader reader;

  ArrayNodes(SchemaReader reader) {
    this.reader = reader;
  }

  /** Returns the arrays that fit schemas that hold together. */
  Node node(List<SchemaPart> parts) {
    ArrayKeywords keywords = ArrayKeywords.of(parts);
    int count = keywords.first().size();
    Node tail = others(keywords, count);
    for (int i = Math.min(count, keywords.max()) - 1; i >= 0; i--) {
      Node element = reader.rule(keywords.first().get(i));
      tail =
          i == 0
              ? reader.keep(new Chain(List.of(element, tail)))
              : reader.keep(new Chain(List.of(Literals.of(","), element, tail)));
      tail = i < keywords.min() ? tail : optional(tail);
    }
    return reader.keep(new Chain(List.of(Literals.of("["), tail, Literals.of("]"))));
  }

  private Node optional(Node node) {
    return reader.keep(new Choice(List.of(node, new Chain(List.of()))));
  }

  /** Returns the elements behind the first ones. */
  private Node others(ArrayKeywords keywords, int before) {
    int max = keywords.max();
    int min = keywords.min();
    if (min > max) {
      return new Choice(List.of());
    }
    if (max <= before) {
      return new Chain(List.of());
    }
    Node element = reader.rule(keywords.others());
    Node next = reader.keep(new Chain(List.of(Literals.of(","), element)));
    if (before > 0) {
      return reader.keep(new Repetition(next, Math.max(0, min - before), less(max, before)));
    }
    Node more = reader.keep(new Repetition(next, Math.max(0, min - 1), less(max, 1)));
    Node some = reader.keep(new Chain(List.of(element, more)));
    return min > 0 ? some : optional(some);
  }

  private static int less(int max, int taken) {
    return max == Repetition.UNBOUNDED ? max : max - taken;
  }
}
