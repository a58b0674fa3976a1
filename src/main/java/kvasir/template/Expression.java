package kvasir.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Expression of a template. */
sealed interface Expression {
  /**
   * A value that is written in the template.
   *
   * @param value the value
   */
  record Constant(Value value) implements Expression {}

  /**
   * A variable.
   *
   * @param name its name
   */
  record Name(String name) implements Expression {}

  /**
   * A list or tuple of expressions.
   *
   * @param tuple true for a tuple
   */
  record Items(List<Expression> items, boolean tuple) implements Expression {}

  /**
   * A dictionary.
   *
   * @param entries keys and values
   */
  record Entries(List<Map.Entry<Expression, Expression>> entries) implements Expression {}

  /**
   * A sign before a number.
   *
   * @param operator {@code -} or {@code +}
   */
  record Signed(String operator, Expression operand) implements Expression {}

  /**
   * An operation of arithmetic.
   *
   * @param operator the operator as it is written
   */
  record Arithmetic(String operator, Expression left, Expression right) implements Expression {}

  /**
   * Texts one behind another, by the operator {@code ~}.
   *
   * @param parts the parts
   */
  record Concatenation(List<Expression> parts) implements Expression {}

  /**
   * A logical operation whose right side may not be computed.
   *
   * @param and true for {@code and}, false for {@code or}
   */
  record Logical(boolean and, Expression left, Expression right) implements Expression {}

  /** A negation. */
  record Not(Expression operand) implements Expression {}

  /**
   * A chain of comparisons.
   *
   * @param first the leftmost side
   * @param links operators with their right sides
   */
  record Comparison(Expression first, List<Map.Entry<String, Expression>> links)
      implements Expression {}

  /**
   * A choice between two values.
   *
   * @param otherwise value if the condition is false; an undefined one if absent
   */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {}

  /** An attribute, {@code owner.name}. */
  record Attribute(Expression owner, String name) implements Expression {}

  /** An element, {@code owner[key]}. */
  record Element(Expression owner, Expression key) implements Expression {}

  /** A slice, {@code owner[start:stop:step]}; an absent part is the constant None. */
  record Slice(Expression owner, Expression start, Expression stop, Expression step)
      implements Expression {}

  /**
   * Arguments of a call.
   *
   * @param positional arguments without names
   * @param named arguments with names
   * @param list list whose elements follow the positional arguments, as {@code *list}
   * @param dictionary dictionary whose entries are named arguments too, as {@code **dictionary}
   */
  record Given(
      List<Expression> positional,
      Map<String, Expression> named,
      Optional<Expression> list,
      Optional<Expression> dictionary) {
    static final Given NOTHING = of(List.of());

    static Given of(List<Expression> positional) {
      return new Given(positional, Map.of(), Optional.empty(), Optional.empty());
    }
  }

  /** A call of a function. */
  record Call(Expression function, Given given) implements Expression {}

  /** A value through a filter. */
  record Filtered(Expression value, String filter, Given given) implements Expression {}

  /** A test of a value. */
  record Tested(Expression value, String test, Given given) implements Expression {}
}
