package kvasir.template;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Arguments of a call.
 *
 * @param function name of the function in messages
 * @param positional arguments without names
 * @param named arguments with names
 */
record Arguments(String function, List<Value> positional, Map<String, Value> named) {
  static Arguments of(String function, Value... positional) {
    return new Arguments(function, List.of(positional), Map.of());
  }

  /**
   * Returns the values of a function's parameters.
   *
   * @param parameters names of the parameters; a question mark ends those that may be missing,
   *     whose value is then null
   * @throws TemplateError if an argument is missing or fits no parameter
   */
  Value[] bind(String... parameters) {
    if (positional.size() > parameters.length) {
      throw TemplateError.failed(
          "%s() takes %d positional arguments but %d were given"
              .formatted(function, parameters.length, positional.size()));
    }
    return bound(parameters);
  }

  /** Returns the values of parameters without names; named arguments are left to the caller. */
  Value[] bindFirst(String... parameters) {
    return new Arguments(function, positional, Map.of()).bind(parameters);
  }

  private Value[] bound(String... parameters) {
    Value[] values = new Value[parameters.length];
    Set<String> unused = new HashSet<>(named.keySet());
    for (int i = 0; i < parameters.length; i++) {
      boolean optional = parameters[i].endsWith("?");
      String name = optional ? parameters[i].replace("?", "") : parameters[i];
      boolean given = i < positional.size();
      values[i] = given ? positional.get(i) : named.get(name);
      if (given && unused.contains(name)) {
        throw TemplateError.failed(
            "%s() got multiple values for argument '%s'".formatted(function, name));
      }
      unused.remove(name);
      if (values[i] == null && !optional) {
        throw TemplateError.failed(
            "%s() missing 1 required positional argument: '%s'".formatted(function, name));
      }
    }
    if (!unused.isEmpty()) {
      throw TemplateError.failed(
          "%s() got an unexpected keyword argument '%s'"
              .formatted(function, unused.iterator().next()));
    }
    return values;
  }

  /** Returns a whole number as Java's; a missing one has a default. */
  static int whole(Value value, int missing) {
    if (value == null) {
      return missing;
    }
    BigInteger number = index(value);
    return number.bitLength() > 31
        ? (number.signum() < 0 ? Integer.MIN_VALUE + 1 : Integer.MAX_VALUE)
        : number.intValue();
  }

  /** Returns a value as the whole number that it is. */
  static BigInteger index(Value value) {
    return switch (value) {
      case Value.Int(BigInteger number) -> number;
      case Value.Bool(boolean truth) -> truth ? BigInteger.ONE : BigInteger.ZERO;
      case Undefined undefined -> throw undefined.error();
      default ->
          throw TemplateError.failed(
              "'" + value.typeName() + "' object cannot be interpreted as an integer");
    };
  }

  /** Returns a value as the text that it is. */
  static Text text(Value value) {
    return switch (value) {
      case Text text -> text;
      case Undefined undefined -> throw undefined.error();
      default -> throw TemplateError.failed("expected a str, not '" + value.typeName() + "'");
    };
  }
}
