package kvasir.template;

/**
 * A function: a macro, a method of a value, or a function that every template has.
 *
 * @param typeName Python's name of its type
 * @param name its name in messages
 * @param body the computation
 */
record Callable(String typeName, String name, Body body) implements Value {
  /** Computation of a function. */
  @FunctionalInterface
  interface Body {
    Value call(Arguments arguments);
  }

  static Callable function(String name, Body body) {
    return new Callable("function", name, body);
  }

  static Callable method(String name, Body body) {
    return new Callable("builtin_function_or_method", name, body);
  }
}
