package kvasir.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import kvasir.template.Filters.Filter;

/** Filters that apply an attribute, a filter or a test to each element. */
final class SelectionFilters {
  static final Map<String, Filter> FILTERS =
      Map.of(
          "map", SelectionFilters::map,
          "select", (subject, given, e) -> select(subject, given, e, true),
          "reject", (subject, given, e) -> select(subject, given, e, false),
          "selectattr", (subject, given, e) -> selectByAttribute(subject, given, e, true),
          "rejectattr", (subject, given, e) -> selectByAttribute(subject, given, e, false),
          "groupby", SelectionFilters::group,
          "attr", SelectionFilters::attribute);

  private SelectionFilters() {}

  private static Value attribute(Value subject, Arguments arguments, Evaluator evaluator) {
    Text name = Arguments.text(arguments.bind("name")[0]);
    Value value = Attributes.attribute(subject, name.string());
    boolean element = subject instanceof Mapping mapping && mapping.get(name) == value;
    return element ? Undefined.part(subject, name) : value;
  }

  /**
   * Returns a function to the attribute of a value.
   *
   * @param path names or indices with dots between them, or an index; null or None for the value
   *     itself
   * @param missing value in place of an undefined one; null for none
   */
  static UnaryOperator<Value> attribute(Value path, Value missing) {
    if (path == null || path == Value.None.NONE) {
      return value -> value;
    }
    if (!(path instanceof Text text)) {
      return value -> orElse(Attributes.element(value, path), missing);
    }
    List<Value> steps = new ArrayList<>();
    for (Value step : TextSplitting.parts(text, ".", -1)) {
      String name = ((Text) step).string();
      steps.add(name.matches("\\d{1,9}") ? Value.Int.of(Long.parseLong(name)) : step);
    }
    return value -> {
      Value part = value;
      for (Value step : steps) {
        part = orElse(Attributes.element(part, step), missing);
      }
      return part;
    };
  }

  private static Value orElse(Value value, Value missing) {
    return missing != null && value instanceof Undefined ? missing : value;
  }

  /**
   * Returns a function to the attributes by which elements are sorted.
   *
   * @param paths attributes with commas between them; null for the value itself
   */
  static UnaryOperator<Value> attributes(Value paths, boolean caseSensitive) {
    List<UnaryOperator<Value>> keys = new ArrayList<>();
    if (paths instanceof Text text) {
      TextSplitting.parts(text, ",", -1).forEach(path -> keys.add(attribute(path, null)));
    } else {
      keys.add(attribute(paths, null));
    }
    return value -> {
      List<Value> found = new ArrayList<>();
      for (UnaryOperator<Value> key : keys) {
        Value part = key.apply(value);
        found.add(!caseSensitive && part instanceof Text text ? Letters.lower(text) : part);
      }
      return Sequence.list(found);
    };
  }

  private static Value map(Value subject, Arguments arguments, Evaluator evaluator) {
    if (!Operators.truth(subject)) {
      return Sequence.generator(List.of());
    }
    List<Value> positional = arguments.positional();
    UnaryOperator<Value> change;
    if (positional.isEmpty() && arguments.named().containsKey("attribute")) {
      Map<String, Value> rest = new LinkedHashMap<>(arguments.named());
      Value path = rest.remove("attribute");
      Value missing = rest.remove("default");
      if (!rest.isEmpty()) {
        throw TemplateError.failed(
            "Unexpected keyword argument '" + rest.keySet().iterator().next() + "'");
      }
      change = attribute(path, missing);
    } else if (positional.isEmpty()) {
      throw TemplateError.failed("map requires a filter argument");
    } else {
      Arguments filter = rest(arguments, 0);
      change = value -> evaluator.filtered(value, filter);
    }
    List<Value> mapped = new ArrayList<>();
    Operators.items(subject).forEach(item -> mapped.add(change.apply(item)));
    return Sequence.generator(mapped);
  }

  /** Returns the arguments behind the name of a filter or test, for a function of that name. */
  private static Arguments rest(Arguments arguments, int place) {
    List<Value> positional = arguments.positional();
    return new Arguments(
        Printer.text(positional.get(place)),
        positional.subList(place + 1, positional.size()),
        arguments.named());
  }

  private static Value select(
      Value subject, Arguments arguments, Evaluator evaluator, boolean wanted) {
    return Operators.truth(subject)
        ? chosen(subject, condition(arguments, 0, evaluator), wanted)
        : Sequence.generator(List.of());
  }

  private static Value selectByAttribute(
      Value subject, Arguments arguments, Evaluator evaluator, boolean wanted) {
    if (!Operators.truth(subject)) {
      return Sequence.generator(List.of());
    }
    if (arguments.positional().isEmpty()) {
      throw TemplateError.failed("Missing parameter for attribute name");
    }
    UnaryOperator<Value> key = attribute(arguments.positional().getFirst(), null);
    Predicate<Value> condition = condition(arguments, 1, evaluator);
    return chosen(subject, item -> condition.test(key.apply(item)), wanted);
  }

  private static Predicate<Value> condition(Arguments arguments, int place, Evaluator evaluator) {
    if (arguments.positional().size() <= place) {
      return Operators::truth;
    }
    Arguments test = rest(arguments, place);
    return value -> evaluator.tested(value, test);
  }

  private static Value chosen(Value subject, Predicate<Value> condition, boolean wanted) {
    List<Value> chosen = new ArrayList<>();
    for (Value item : Operators.items(subject)) {
      if (condition.test(item) == wanted) {
        chosen.add(item);
      }
    }
    return Sequence.generator(chosen);
  }

  private static Value group(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("attribute", "default?", "case_sensitive?");
    boolean caseSensitive = bound[2] != null && Operators.truth(bound[2]);
    UnaryOperator<Value> exact = attribute(bound[0], bound[1]);
    UnaryOperator<Value> key =
        value ->
            !caseSensitive && exact.apply(value) instanceof Text text
                ? Letters.lower(text)
                : exact.apply(value);
    List<Value> items = new ArrayList<>(Operators.items(subject));
    items.sort((a, b) -> Operators.order().compare(key.apply(a), key.apply(b)));
    List<Value> groups = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= items.size(); i++) {
      boolean ends =
          i == items.size()
              || !Operators.equal(key.apply(items.get(i)), key.apply(items.get(from)));
      if (ends) {
        List<Value> group = items.subList(from, i);
        groups.add(Sequence.pair(exact.apply(group.getFirst()), Sequence.list(group)));
        from = i;
      }
    }
    return Sequence.list(groups);
  }
}
