package kvasir.grammar;

/** A part that is defined later, so that it can be used inside of itself. */
final class Rule extends Node {
  private Node body;

  void define(Node body) {
    this.body = body;
  }

  @Override
  long measure() {
    return body == null ? NOTHING : body.least();
  }

  @Override
  int measureHeight() {
    return body == null ? Integer.MAX_VALUE : body.height();
  }

  @Override
  public void expand(Stack below, Closure out) {
    out.add(body, below);
  }
}
