package kvasir.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.template.Statement.Break;
import kvasir.template.Statement.CallBlock;
import kvasir.template.Statement.Continue;
import kvasir.template.Statement.Data;
import kvasir.template.Statement.FilterBlock;
import kvasir.template.Statement.For;
import kvasir.template.Statement.If;
import kvasir.template.Statement.Macro;
import kvasir.template.Statement.Member;
import kvasir.template.Statement.Print;
import kvasir.template.Statement.Set;
import kvasir.template.Statement.SetBlock;
import kvasir.template.Statement.Signature;
import kvasir.template.Statement.Target;
import kvasir.template.Statement.Unpacked;
import kvasir.template.Statement.Variable;
import kvasir.template.Statement.With;

/** Execution of statements. Not thread-safe; each rendering has its own. */
final class Executor {
  /** Ways in which a statement ends. */
  private enum End {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Evaluator evaluator;
  private final Meter meter;

  Executor(Evaluator evaluator, Meter meter) {
    this.evaluator = evaluator;
    this.meter = meter;
  }

  /** Executes statements, which write to {@code out}. */
  void run(List<Statement> statements, Scope scope, TextBuilder out) {
    End end = body(statements, scope, out);
    assert end == End.NEXT : "the parser lets no loop be ended outside of it";
  }

  private End body(List<Statement> statements, Scope scope, TextBuilder out) {
    meter.enter();
    for (Statement statement : statements) {
      End end = placed(statement, scope, out);
      if (end != End.NEXT) {
        meter.leave();
        return end;
      }
    }
    meter.leave();
    return End.NEXT;
  }

  private End placed(Statement statement, Scope scope, TextBuilder out) {
    try {
      return statement(statement, scope, out);
    } catch (TemplateError e) {
      throw e.at(statement.line());
    }
  }

  private End statement(Statement statement, Scope scope, TextBuilder out) {
    meter.work(1);
    switch (statement) {
      case Data data -> out.append(data.text());
      case Print print -> out.append(Printer.str(evaluator.value(print.expression(), scope)));
      case Set set -> assign(set.target(), evaluator.value(set.value(), scope), scope);
      case SetBlock set -> assign(set.target(), captured(set.body(), set.value(), scope), scope);
      case FilterBlock filter ->
          out.append(Printer.str(captured(filter.body(), filter.value(), scope)));
      case Macro macro ->
          scope.set(
              macro.name(),
              macro(macro.name(), Text.of(macro.name()), macro.signature(), macro.body(), scope));
      case CallBlock call -> {
        Callable caller = macro("anonymous", Value.None.NONE, call.signature(), call.body(), scope);
        out.append(Printer.str(evaluator.callWith(call.call(), caller, scope)));
      }
      case If branches -> {
        return conditional(branches, scope, out);
      }
      case For loop -> {
        return loop(loop, scope, out);
      }
      case With with -> {
        return with(with, scope, out);
      }
      case Break end -> {
        return End.BREAK;
      }
      case Continue end -> {
        return End.CONTINUE;
      }
    }
    return End.NEXT;
  }

  private End conditional(If branches, Scope scope, TextBuilder out) {
    for (Map.Entry<Expression, List<Statement>> branch : branches.branches()) {
      if (evaluator.truth(branch.getKey(), scope)) {
        return body(branch.getValue(), scope, out);
      }
    }
    return body(branches.otherwise(), scope, out);
  }

  private End with(With with, Scope scope, TextBuilder out) {
    Scope inner = new Scope(scope);
    for (Map.Entry<Target, Expression> variable : with.variables()) {
      assign(variable.getKey(), evaluator.value(variable.getValue(), scope), inner);
    }
    return body(with.body(), inner, out);
  }

  /** Returns the value of an expression of the text that a body writes. */
  private Value captured(List<Statement> body, Expression value, Scope scope) {
    TextBuilder text = new TextBuilder();
    Scope inner = new Scope(scope);
    run(body, inner, text);
    inner.set(Statement.BODY, text.text());
    return evaluator.value(value, inner);
  }

  private End loop(For loop, Scope scope, TextBuilder out) {
    return loop(loop, evaluator.value(loop.elements(), scope), scope, out, 0);
  }

  private End loop(For loop, Value over, Scope scope, TextBuilder out, int depth) {
    List<Value> items = elements(loop, over, scope);
    Optional<Callable.Body> recursion =
        loop.recursive()
            ? Optional.of(given -> recursion(loop, given, scope, depth + 1))
            : Optional.empty();
    LoopState state = new LoopState(items, depth, recursion);
    for (int i = 0; i < items.size(); i++) {
      state.turn(i);
      Scope turn = new Scope(scope);
      turn.set("loop", state);
      assign(loop.target(), items.get(i), turn);
      if (body(loop.body(), turn, out) == End.BREAK) {
        break;
      }
    }
    return items.isEmpty() ? body(loop.otherwise(), new Scope(scope), out) : End.NEXT;
  }

  private Value recursion(For loop, Arguments given, Scope scope, int depth) {
    meter.enter();
    TextBuilder out = new TextBuilder();
    End end = loop(loop, given.bind("iterable")[0], scope, out, depth);
    assert end == End.NEXT : "a loop ends itself";
    meter.leave();
    return out.text();
  }

  private List<Value> elements(For loop, Value over, Scope scope) {
    List<Value> all = Operators.items(over);
    Meter.spend(all.size());
    if (loop.condition().isEmpty()) {
      return List.copyOf(all);
    }
    List<Value> chosen = new ArrayList<>();
    for (Value item : List.copyOf(all)) {
      Scope turn = new Scope(scope);
      assign(loop.target(), item, turn);
      if (evaluator.truth(loop.condition().get(), turn)) {
        chosen.add(item);
      }
    }
    return chosen;
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Variable(String name) -> scope.set(name, value);
      case Member(String owner, String name) -> {
        if (!(scope.get(owner) instanceof Namespace namespace)) {
          throw TemplateError.failed("cannot assign attribute on non-namespace object");
        }
        namespace.variables().put(name, value);
      }
      case Unpacked(List<Target> targets) -> {
        List<Value> items = List.copyOf(Operators.items(value));
        if (items.size() < targets.size()) {
          throw TemplateError.failed(
              "not enough values to unpack (expected %d, got %d)"
                  .formatted(targets.size(), items.size()));
        }
        if (items.size() > targets.size()) {
          throw TemplateError.failed("too many values to unpack (expected " + targets.size() + ")");
        }
        for (int i = 0; i < items.size(); i++) {
          assign(targets.get(i), items.get(i), scope);
        }
      }
    }
  }

  /**
   * Returns the function of a macro.
   *
   * @param called its name in messages
   * @param name its attribute of that name
   */
  private Callable macro(
      String called, Value name, Signature signature, List<Statement> body, Scope definition) {
    java.util.Set<String> special = signature.special();
    List<Value> parameters = signature.names().stream().<Value>map(Text::of).toList();
    Map<String, Value> attributes =
        Map.of(
            "name", name,
            "arguments", Sequence.tuple(parameters),
            "catch_varargs", new Value.Bool(special.contains(SpecialNames.VARARGS)),
            "catch_kwargs", new Value.Bool(special.contains(SpecialNames.KWARGS)),
            "caller", new Value.Bool(special.contains(SpecialNames.CALLER)));
    return new Callable(
        "Macro",
        called,
        attributes,
        arguments -> call(signature, body, new Scope(definition), arguments));
  }

  private Value call(Signature signature, List<Statement> body, Scope scope, Arguments arguments) {
    meter.enter();
    List<String> names = signature.names();
    Map<String, Value> rest = new LinkedHashMap<>(arguments.named());
    List<Value> given = arguments.positional();
    for (int i = 0; i < names.size(); i++) {
      // As in jinja2, a name that is given by place too is one that is not a parameter.
      Value value = i < given.size() ? given.get(i) : rest.remove(names.get(i));
      scope.set(names.get(i), value == null ? missing(signature, i, scope) : value);
    }
    special(signature, given, rest, arguments.function(), scope);
    TextBuilder out = new TextBuilder();
    run(body, scope, out);
    meter.leave();
    return out.text();
  }

  private Value missing(Signature signature, int parameter, Scope scope) {
    String name = signature.names().get(parameter);
    scope.set(name, new Undefined("parameter '" + name + "' was not provided"));
    return signature
        .defaultOf(parameter)
        .map(value -> evaluator.value(value, scope))
        .orElseGet(() -> scope.get(name));
  }

  /**
   * Sets the special names that a macro reads, and refuses arguments that fit neither these nor its
   * parameters.
   *
   * @param rest named arguments that are no parameters
   */
  private static void special(
      Signature signature, List<Value> given, Map<String, Value> rest, String macro, Scope scope) {
    if (signature.special().contains(SpecialNames.CALLER)) {
      Value caller = rest.remove(SpecialNames.CALLER);
      scope.set(SpecialNames.CALLER, caller == null ? new Undefined("No caller defined") : caller);
    }
    if (signature.special().contains(SpecialNames.KWARGS)) {
      Mapping named = new Mapping();
      rest.forEach((name, value) -> named.put(Text.of(name), value));
      scope.set(SpecialNames.KWARGS, named);
    } else if (!rest.isEmpty()) {
      throw TemplateError.failed(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(macro, rest.keySet().iterator().next()));
    }
    int parameters = signature.names().size();
    if (signature.special().contains(SpecialNames.VARARGS)) {
      int first = Math.min(parameters, given.size());
      scope.set(SpecialNames.VARARGS, Sequence.tuple(given.subList(first, given.size())));
    } else if (given.size() > parameters) {
      throw TemplateError.failed(
          "macro '%s' takes not more than %d argument(s)".formatted(macro, parameters));
    }
  }
}
