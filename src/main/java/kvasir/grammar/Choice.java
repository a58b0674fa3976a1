package kvasir.grammar;

import java.util.List;

/** Parts of which one is taken. */
final class Choice extends Node {
  private final List<? extends Node> parts;

  Choice(List<? extends Node> parts) {
    this.parts = List.copyOf(parts);
    update();
  }

  @Override
  long measure() {
    return parts.stream().mapToLong(Node::least).min().orElse(NOTHING);
  }

  @Override
  int measureHeight() {
    return parts.stream().mapToInt(Node::height).min().orElse(Integer.MAX_VALUE);
  }

  @Override
  public void expand(Stack below, Closure out) {
    parts.forEach(part -> out.add(part, below));
  }
}
