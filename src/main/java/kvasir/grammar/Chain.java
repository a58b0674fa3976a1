package kvasir.grammar;

import java.util.List;

/** Parts that follow each other. */
final class Chain extends Node {
  private final List<? extends Node> parts;

  Chain(List<? extends Node> parts) {
    this.parts = List.copyOf(parts);
    update();
  }

  @Override
  long measure() {
    return parts.stream().mapToLong(Node::least).reduce(0, Node::sum);
  }

  @Override
  int measureHeight() {
    int height = 1;
    for (int i = 0; i < parts.size(); i++) {
      height = Math.max(height, parts.get(i).height() + parts.size() - 1 - i);
    }
    return height;
  }

  @Override
  public void expand(Stack below, Closure out) {
    if (fits()) {
      Stack stack = below;
      for (Node part : parts.reversed()) {
        stack = new Stack(part, stack);
      }
      out.add(stack);
    }
  }
}
