package kvasir.template;

import java.util.HashMap;
import java.util.Map;

/** Variables of a part of a template, inside those of the parts around it. */
final class Scope {
  private final Scope outer;
  private final Map<String, Value> variables = new HashMap<>();

  /**
   * @param outer the scope around this one; null for the outermost
   */
  Scope(Scope outer) {
    this.outer = outer;
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }

  /** Returns a variable of this scope or of the nearest one around it; undefined if none. */
  Value get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Value value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return Undefined.name(name);
  }
}
