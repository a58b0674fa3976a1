package kvasir.template;

import java.util.Map;

/**
 * A function: a macro, a method of a value, or a function that every template has.
 *
 * @param typeName Python's name of its type
 * @param name its name in messages
 * @param attributes its attributes, which macros have
 * @param body the computation
 */
record Callable(String typeName, String name, Map<String, Value> attributes, Body body)
    implements Value {
  /** Computation of a function. */
  @FunctionalInterface
  interface Body {
    Value call(Arguments arguments);
  }

  static Callable function(String name, Body body) {
    return new Callable("function", name, Map.of(), body);
  }

  static Callable method(String name, Body body) {
    return new Callable("builtin_function_or_method", name, Map.of(), body);
  }
}
