package kvasir.template;

import java.util.List;
import java.util.Optional;

/** The variable {@code loop} of a loop, which changes with each turn. */
final class LoopState implements Value {
  private final List<Value> items;
  private final int depth;
  private final Optional<Callable.Body> recursion;
  private int index;
  private List<Value> seen;

  /**
   * @param items elements over which the loop goes
   * @param depth number of calls of a recursive loop around this one
   * @param recursion body of a recursive loop
   */
  LoopState(List<Value> items, int depth, Optional<Callable.Body> recursion) {
    this.items = items;
    this.depth = depth;
    this.recursion = recursion;
  }

  void turn(int newIndex) {
    index = newIndex;
  }

  /** Goes over other elements, and returns the text that is written meanwhile. */
  Value call(Arguments arguments) {
    return recursion
        .orElseThrow(
            () ->
                TemplateError.failed(
                    "The loop must have the 'recursive' marker to be called recursively."))
        .call(arguments);
  }

  int length() {
    return items.size();
  }

  /** Returns an attribute; null if there is none of that name. */
  Value attribute(String name) {
    return switch (name) {
      case "index" -> Int.of(index + 1L);
      case "index0" -> Int.of(index);
      case "revindex" -> Int.of(items.size() - index);
      case "revindex0" -> Int.of(items.size() - index - 1L);
      case "first" -> new Bool(index == 0);
      case "last" -> new Bool(index == items.size() - 1);
      case "length" -> Int.of(items.size());
      case "depth" -> Int.of(depth + 1L);
      case "depth0" -> Int.of(depth);
      case "previtem" ->
          index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
      case "nextitem" ->
          index + 1 < items.size() ? items.get(index + 1) : new Undefined("there is no next item");
      case "cycle" -> Callable.method("cycle", this::cycle);
      case "changed" -> Callable.method("changed", this::changed);
      default -> null;
    };
  }

  private Value cycle(Arguments arguments) {
    List<Value> values = arguments.positional();
    if (values.isEmpty()) {
      throw TemplateError.failed("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Value changed(Arguments arguments) {
    List<Value> values = arguments.positional();
    boolean same = seen != null && seen.size() == values.size();
    for (int i = 0; same && i < values.size(); i++) {
      same = Operators.equal(seen.get(i), values.get(i));
    }
    seen = values;
    return new Bool(!same);
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public String toString() {
    return "<LoopContext " + (index + 1) + "/" + items.size() + ">";
  }
}
