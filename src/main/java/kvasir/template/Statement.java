package kvasir.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Statement of a template; each knows its line, from 1. */
sealed interface Statement {
  /** Returns the line of the statement. */
  int line();

  /** Text that is written as it is. */
  record Data(int line, Text text) implements Statement {}

  /** An expression whose value is written. */
  record Print(int line, Expression expression) implements Statement {}

  /**
   * A choice between bodies.
   *
   * @param branches conditions and bodies, of which the first that holds counts
   * @param otherwise body if no condition holds
   */
  record If(
      int line, List<Map.Entry<Expression, List<Statement>>> branches, List<Statement> otherwise)
      implements Statement {}

  /**
   * A loop.
   *
   * @param condition condition on elements, the others are left out
   * @param otherwise body if there are no elements
   * @param recursive true if the body may call {@code loop} to go over other elements
   */
  record For(
      int line,
      Target target,
      Expression elements,
      Optional<Expression> condition,
      List<Statement> body,
      List<Statement> otherwise,
      boolean recursive)
      implements Statement {}

  /** An assignment of a value. */
  record Set(int line, Target target, Expression value) implements Statement {}

  /**
   * An assignment of the text that a body writes.
   *
   * @param value expression of the variable {@link #BODY}, which has that text
   */
  record SetBlock(int line, Target target, Expression value, List<Statement> body)
      implements Statement {}

  /** The text that a body writes, changed by filters; the value as in {@link SetBlock}. */
  record FilterBlock(int line, Expression value, List<Statement> body) implements Statement {}

  /** A definition of a macro. */
  record Macro(int line, String name, Signature signature, List<Statement> body)
      implements Statement {}

  /** A call of a macro that gets a body as its function {@code caller}. */
  record CallBlock(int line, Expression.Call call, Signature signature, List<Statement> body)
      implements Statement {}

  /** A body with variables of its own. */
  record With(int line, List<Map.Entry<Target, Expression>> variables, List<Statement> body)
      implements Statement {}

  /** The end of a loop. */
  record Break(int line) implements Statement {}

  /** The end of a turn of a loop. */
  record Continue(int line) implements Statement {}

  /** Name of the variable with the text of a body, which no template can spell. */
  String BODY = " body";

  /**
   * Parameters of a macro.
   *
   * @param names names of the parameters
   * @param defaults values of the last parameters
   * @param special names of {@link SpecialNames} that the macro has too
   */
  record Signature(List<String> names, List<Expression> defaults, java.util.Set<String> special) {
    /** Returns this signature with special names. */
    Signature with(java.util.Set<String> names) {
      return new Signature(this.names, defaults, names);
    }

    /** Returns whether there is a parameter of that name without a default. */
    boolean needs(String name) {
      int parameter = names.indexOf(name);
      return parameter >= 0 && defaultOf(parameter).isEmpty();
    }

    /** Returns the default of a parameter, if it has one. */
    Optional<Expression> defaultOf(int parameter) {
      int index = parameter - (names.size() - defaults.size());
      return index < 0 ? Optional.empty() : Optional.of(defaults.get(index));
    }
  }

  /** Left side of an assignment. */
  sealed interface Target {}

  /** A variable. */
  record Variable(String name) implements Target {}

  /** An attribute of a namespace. */
  record Member(String namespace, String name) implements Target {}

  /** Several targets, which get the elements of a value. */
  record Unpacked(List<Target> targets) implements Target {}
}
