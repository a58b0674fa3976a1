package kvasir.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kvasir.template.Expression.Arithmetic;
import kvasir.template.Expression.Attribute;
import kvasir.template.Expression.Call;
import kvasir.template.Expression.Comparison;
import kvasir.template.Expression.Concatenation;
import kvasir.template.Expression.Conditional;
import kvasir.template.Expression.Constant;
import kvasir.template.Expression.Element;
import kvasir.template.Expression.Entries;
import kvasir.template.Expression.Filtered;
import kvasir.template.Expression.Given;
import kvasir.template.Expression.Items;
import kvasir.template.Expression.Logical;
import kvasir.template.Expression.Name;
import kvasir.template.Expression.Not;
import kvasir.template.Expression.Signed;
import kvasir.template.Expression.Slice;
import kvasir.template.Expression.Tested;

/** Evaluation of expressions. Not thread-safe; each rendering has its own. */
final class Evaluator {
  private final Meter meter;

  Evaluator(Meter meter) {
    this.meter = meter;
  }

  /** Returns the value of an expression. */
  Value value(Expression expression, Scope scope) {
    meter.enter();
    Value value =
        switch (expression) {
          case Constant(Value constant) -> constant;
          case Name(String name) -> scope.get(name);
          case Items items -> items(items, scope);
          case Entries entries -> entries(entries, scope);
          case Signed(String sign, Expression operand) ->
              sign.equals("-")
                  ? Operators.negate(value(operand, scope))
                  : Operators.plus(value(operand, scope));
          case Arithmetic(String operator, Expression left, Expression right) ->
              Operators.arithmetic(operator, value(left, scope), value(right, scope));
          case Concatenation(List<Expression> parts) -> Operators.concat(values(parts, scope));
          case Logical logical -> logical(logical, scope);
          case Not(Expression operand) -> new Value.Bool(!truth(operand, scope));
          case Comparison comparison -> new Value.Bool(compare(comparison, scope));
          case Conditional conditional -> conditional(conditional, scope);
          case Attribute(Expression owner, String name) ->
              Attributes.attribute(value(owner, scope), name);
          case Element(Expression owner, Expression key) ->
              Attributes.element(value(owner, scope), value(key, scope));
          case Slice slice -> slice(slice, scope);
          case Call(Expression function, Given given) ->
              call(value(function, scope), arguments("", given, scope));
          case Filtered(Expression subject, String filter, Given given) ->
              filtered(value(subject, scope), arguments(filter, given, scope));
          case Tested(Expression subject, String test, Given given) ->
              new Value.Bool(tested(value(subject, scope), arguments(test, given, scope)));
        };
    meter.leave();
    return value;
  }

  /** Returns whether an expression is true as a condition. */
  boolean truth(Expression expression, Scope scope) {
    return Operators.truth(value(expression, scope));
  }

  private List<Value> values(List<Expression> expressions, Scope scope) {
    List<Value> values = new ArrayList<>(expressions.size());
    expressions.forEach(each -> values.add(value(each, scope)));
    return values;
  }

  private Value items(Items items, Scope scope) {
    List<Value> values = values(items.items(), scope);
    return items.tuple() ? Sequence.tuple(values) : Sequence.list(values);
  }

  private Value entries(Entries entries, Scope scope) {
    Mapping mapping = new Mapping();
    for (Map.Entry<Expression, Expression> entry : entries.entries()) {
      mapping.put(value(entry.getKey(), scope), value(entry.getValue(), scope));
    }
    return mapping;
  }

  private Value logical(Logical logical, Scope scope) {
    Value left = value(logical.left(), scope);
    return Operators.truth(left) == logical.and() ? value(logical.right(), scope) : left;
  }

  private boolean compare(Comparison comparison, Scope scope) {
    Value left = value(comparison.first(), scope);
    for (Map.Entry<String, Expression> link : comparison.links()) {
      Value right = value(link.getValue(), scope);
      boolean holds =
          switch (link.getKey()) {
            case "==" -> Operators.equal(left, right);
            case "!=" -> !Operators.equal(left, right);
            case "in" -> Operators.contains(right, left);
            case "not in" -> !Operators.contains(right, left);
            default -> Operators.ordered(link.getKey(), left, right);
          };
      if (!holds) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Value conditional(Conditional conditional, Scope scope) {
    if (truth(conditional.condition(), scope)) {
      return value(conditional.then(), scope);
    }
    return conditional
        .otherwise()
        .map(otherwise -> value(otherwise, scope))
        .orElseGet(
            () ->
                new Undefined(
                    "the inline if-expression evaluated to false and no else section was"
                        + " defined."));
  }

  private Value slice(Slice slice, Scope scope) {
    return Attributes.slice(
        value(slice.owner(), scope),
        value(slice.start(), scope),
        value(slice.stop(), scope),
        value(slice.step(), scope));
  }

  private Arguments arguments(String function, Given given, Scope scope) {
    return arguments(function, given, Map.of(), scope);
  }

  /**
   * Returns the arguments of a call.
   *
   * @param further named arguments behind those that are written
   */
  private Arguments arguments(
      String function, Given given, Map<String, Value> further, Scope scope) {
    Map<String, Value> named = new LinkedHashMap<>();
    List<Value> positional = values(given.positional(), scope);
    given.list().ifPresent(list -> positional.addAll(spread(value(list, scope))));
    given.named().forEach((name, expression) -> named.put(name, value(expression, scope)));
    further.forEach((name, value) -> name(named, Text.of(name), value));
    given.dictionary().ifPresent(dictionary -> name(named, value(dictionary, scope)));
    return new Arguments(function, positional, named);
  }

  private static List<Value> spread(Value list) {
    List<Value> items = Operators.items(list);
    Meter.spend(items.size());
    return items;
  }

  /** Adds the entries of a dictionary to named arguments. */
  private static void name(Map<String, Value> named, Value dictionary) {
    switch (dictionary) {
      case Mapping mapping -> mapping.forEach((key, value) -> name(named, key, value));
      case Undefined undefined -> throw undefined.error();
      default ->
          throw TemplateError.failed(
              "argument after ** must be a mapping, not " + dictionary.typeName());
    }
  }

  private static void name(Map<String, Value> named, Value key, Value value) {
    if (!(key instanceof Text text)) {
      throw TemplateError.failed("keywords must be strings");
    }
    if (named.put(text.string(), value) != null) {
      throw TemplateError.failed(
          "got multiple values for keyword argument '" + text.string() + "'");
    }
  }

  /** Calls a function; throws an error if the value is none. */
  Value call(Value function, Arguments arguments) {
    return switch (function) {
      case Callable callable ->
          callable
              .body()
              .call(new Arguments(callable.name(), arguments.positional(), arguments.named()));
      case LoopState loop -> loop.call(arguments);
      case Undefined undefined -> throw undefined.error();
      default -> throw TemplateError.failed("'" + function.typeName() + "' object is not callable");
    };
  }

  /** Calls a function with values, with the block's own arguments and a function of a body. */
  Value callWith(Call call, Callable caller, Scope scope) {
    Value function = value(call.function(), scope);
    Map<String, Value> further = Map.of(SpecialNames.CALLER, caller);
    return call(function, arguments("", call.given(), further, scope));
  }

  /** Returns a value through the filter that the arguments name. */
  Value filtered(Value subject, Arguments arguments) {
    return Filters.get(arguments.function()).apply(subject, arguments, this);
  }

  /** Returns whether a value passes the test that the arguments name. */
  boolean tested(Value subject, Arguments arguments) {
    return Tests.get(arguments.function()).holds(subject, arguments);
  }
}
