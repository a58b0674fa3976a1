package kvasir.template;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Tests of values, as in {@code value is defined}, by their names. */
final class Tests {
  /** Test of a value. */
  @FunctionalInterface
  interface Test {
    /**
     * Returns whether a value passes.
     *
     * @param subject the value to the left of the test
     * @param arguments arguments of the test
     */
    boolean holds(Value subject, Arguments arguments);
  }

  private static final Map<String, Test> TESTS = tests();

  private Tests() {}

  private static Map<String, Test> tests() {
    Map<String, Test> tests = new HashMap<>();
    types(tests);
    tests.put("true", of(value -> value instanceof Value.Bool truth && truth.value()));
    tests.put("false", of(value -> value instanceof Value.Bool truth && !truth.value()));
    tests.put("lower", of(value -> TextMethods.isCased(Printer.str(value), false)));
    tests.put("upper", of(value -> TextMethods.isCased(Printer.str(value), true)));
    tests.put("odd", of(value -> remainder(value, Value.Int.of(2)).equals(BigInteger.ONE)));
    tests.put("even", of(value -> remainder(value, Value.Int.of(2)).signum() == 0));
    tests.put("divisibleby", with((value, other) -> remainder(value, other).signum() == 0));
    tests.put("in", with((value, other) -> Operators.contains(other, value)));
    tests.put("sameas", with(Tests::same));
    tests.put("escaped", of(value -> value instanceof Text text && text.isMarkup()));
    tests.put("filter", of(value -> Filters.has(key(value))));
    tests.put("test", of(value -> has(key(value))));
    orders(tests);
    return Map.copyOf(tests);
  }

  /** Returns a text that may be the name of a filter or test; none for other values. */
  private static String key(Value value) {
    return Mapping.identity(value, 0) instanceof String name ? name : "";
  }

  private static void types(Map<String, Test> tests) {
    tests.put("defined", of(value -> !(value instanceof Undefined)));
    tests.put("undefined", of(value -> value instanceof Undefined));
    tests.put("none", of(value -> value == Value.None.NONE));
    tests.put("boolean", of(value -> value instanceof Value.Bool));
    tests.put("integer", of(value -> value instanceof Value.Int));
    tests.put("float", of(value -> value instanceof Value.Real));
    tests.put("number", of(Numbers::isNumber));
    tests.put("string", of(value -> value instanceof Text));
    tests.put("mapping", of(value -> value instanceof Mapping));
    tests.put("sequence", of(Tests::isSequence));
    tests.put("iterable", of(Tests::isIterable));
    tests.put("callable", of(v -> v instanceof Callable || v instanceof Undefined));
  }

  private static void orders(Map<String, Test> tests) {
    Test equal = with(Operators::equal);
    Test different = with((left, right) -> !Operators.equal(left, right));
    Map<String, Test> orders =
        Map.of("<", order("<"), "<=", order("<="), ">", order(">"), ">=", order(">="));
    tests.putAll(orders);
    tests.putAll(Map.of("==", equal, "eq", equal, "equalto", equal));
    tests.putAll(Map.of("!=", different, "ne", different));
    tests.putAll(Map.of("lt", orders.get("<"), "lessthan", orders.get("<")));
    tests.putAll(Map.of("gt", orders.get(">"), "greaterthan", orders.get(">")));
    tests.putAll(Map.of("le", orders.get("<="), "ge", orders.get(">=")));
  }

  private static Test of(Predicate<Value> predicate) {
    return (subject, arguments) -> {
      arguments.bind();
      return predicate.test(subject);
    };
  }

  private static Test with(BiPredicate<Value, Value> predicate) {
    return (subject, arguments) -> predicate.test(subject, arguments.bind("other")[0]);
  }

  private static Test order(String operator) {
    return with((left, right) -> Operators.ordered(operator, left, right));
  }

  private static BigInteger remainder(Value value, Value divisor) {
    Value rest = Operators.arithmetic("%", value, divisor);
    return switch (rest) {
      case Value.Real(double number) ->
          number == 0 ? BigInteger.ZERO : number == 1 ? BigInteger.ONE : BigInteger.TWO;
      case Text text -> BigInteger.TWO;
      default -> Arguments.index(rest);
    };
  }

  // References are meant: the test asks for the same object.
  @SuppressWarnings("ReferenceEquality")
  private static boolean same(Value left, Value right) {
    return left == right
        || (left instanceof Value.Bool a && right instanceof Value.Bool b && a.equals(b))
        || (left instanceof Value.Int a && right instanceof Value.Int b && a.equals(b));
  }

  private static boolean isSequence(Value value) {
    return value instanceof Text
        || value instanceof Mapping
        || value instanceof Undefined
        || (value instanceof Sequence sequence && sequence.isIndexed());
  }

  private static boolean isIterable(Value value) {
    return value instanceof Text
        || value instanceof Mapping
        || value instanceof Undefined
        || value instanceof Sequence
        || value instanceof LoopState;
  }

  static boolean has(String name) {
    return TESTS.containsKey(name);
  }

  /** Returns a test; throws an error if there is none of that name. */
  static Test get(String name) {
    if (!has(name)) {
      throw TemplateError.failed("No test named '" + name + "' found.");
    }
    return TESTS.get(name);
  }
}
