package kvasir.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import kvasir.template.Filters.Filter;

/** Filters of lists and dictionaries that look at their elements. */
final class ListFilters {
  static final Map<String, Filter> FILTERS =
      Map.ofEntries(
          Map.entry("length", ListFilters::length),
          Map.entry("list", ListFilters::list),
          Map.entry("first", ListFilters::first),
          Map.entry("last", ListFilters::last),
          Map.entry("reverse", ListFilters::reverse),
          Map.entry("items", ListFilters::items),
          Map.entry("dictsort", ListFilters::sortedEntries),
          Map.entry("sort", ListFilters::sort),
          Map.entry("unique", ListFilters::unique),
          Map.entry("min", (subject, given, e) -> extreme(subject, given, false)),
          Map.entry("max", (subject, given, e) -> extreme(subject, given, true)),
          Map.entry("sum", ListFilters::sum),
          Map.entry("join", ListFilters::join),
          Map.entry("batch", ListFilters::batch),
          Map.entry("slice", ListFilters::slices));

  private ListFilters() {}

  private static Value length(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    return Value.Int.of(Operators.length(subject));
  }

  private static Value list(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    return Sequence.list(Operators.items(subject));
  }

  private static Value first(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    List<Value> items = Operators.items(subject);
    return items.isEmpty() ? new Undefined("No first item, sequence was empty.") : items.getFirst();
  }

  private static Value last(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    List<Value> items = reversible(subject);
    return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
  }

  private static List<Value> reversible(Value value) {
    boolean reversible =
        value instanceof Text
            || value instanceof Undefined
            || value instanceof Mapping
            || (value instanceof Sequence sequence && sequence.isSized());
    if (!reversible) {
      throw TemplateError.failed("'" + value.typeName() + "' object is not reversible");
    }
    return Operators.items(value);
  }

  private static Value reverse(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    if (subject instanceof Text text) {
      Value minus = Value.Int.of(-1);
      return Attributes.slice(text, Value.None.NONE, Value.None.NONE, minus);
    }
    return Sequence.generator(List.copyOf(Operators.items(subject)).reversed());
  }

  private static Value items(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    return switch (subject) {
      case Undefined undefined -> Sequence.generator(List.of());
      case Mapping mapping -> Sequence.generator(mapping.pairs());
      default -> throw TemplateError.failed("Can only get item pairs from a mapping.");
    };
  }

  private static boolean flag(Value value) {
    return value != null && Operators.truth(value);
  }

  private static Value folded(Value value) {
    return value instanceof Text text ? Letters.lower(text) : value;
  }

  private static Value sortedEntries(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("case_sensitive?", "by?", "reverse?");
    String by = bound[1] == null ? "key" : Printer.text(bound[1]);
    if (!by.equals("key") && !by.equals("value")) {
      throw TemplateError.failed("You can only sort by either \"key\" or \"value\"");
    }
    if (!(subject instanceof Mapping mapping)) {
      throw subject instanceof Undefined undefined
          ? undefined.error()
          : TemplateError.failed("'" + subject.typeName() + "' object has no attribute 'items'");
    }
    int part = by.equals("key") ? 0 : 1;
    UnaryOperator<Value> key = pair -> ((Sequence) pair).items().get(part);
    return sorted(mapping.pairs(), folding(key, flag(bound[0])), flag(bound[2]));
  }

  private static UnaryOperator<Value> folding(UnaryOperator<Value> key, boolean caseSensitive) {
    return caseSensitive ? key : value -> folded(key.apply(value));
  }

  private static Value sorted(List<Value> items, UnaryOperator<Value> key, boolean reverse) {
    record Keyed(Value key, Value item) {}
    List<Keyed> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Comparator<Keyed> order = Comparator.comparing(Keyed::key, Operators.order());
    keyed.sort(reverse ? order.reversed() : order);
    return Sequence.list(keyed.stream().map(Keyed::item).toList());
  }

  private static Value sort(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("reverse?", "case_sensitive?", "attribute?");
    boolean caseSensitive = flag(bound[1]);
    UnaryOperator<Value> key = SelectionFilters.attributes(bound[2], caseSensitive);
    return sorted(Operators.items(subject), key, flag(bound[0]));
  }

  private static Value unique(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("case_sensitive?", "attribute?");
    UnaryOperator<Value> key = folding(SelectionFilters.attribute(bound[1], null), flag(bound[0]));
    Set<Object> seen = new HashSet<>();
    List<Value> fresh = new ArrayList<>();
    for (Value item : Operators.items(subject)) {
      if (seen.add(Mapping.identity(key.apply(item), 0))) {
        fresh.add(item);
      }
    }
    return Sequence.generator(fresh);
  }

  private static Value extreme(Value subject, Arguments arguments, boolean largest) {
    Value[] bound = arguments.bind("case_sensitive?", "attribute?");
    UnaryOperator<Value> key = folding(SelectionFilters.attribute(bound[1], null), flag(bound[0]));
    Value best = null;
    for (Value item : Operators.items(subject)) {
      int order = best == null ? 0 : Operators.order().compare(key.apply(item), key.apply(best));
      if (best == null || (largest ? order > 0 : order < 0)) {
        best = item;
      }
    }
    return best == null ? new Undefined("No aggregated item, sequence was empty.") : best;
  }

  private static Value sum(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("attribute?", "start?");
    UnaryOperator<Value> key = SelectionFilters.attribute(bound[0], null);
    Value sum = bound[1] == null ? Value.Int.of(0) : bound[1];
    if (sum instanceof Text) {
      throw TemplateError.failed("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (Value item : Operators.items(subject)) {
      sum = Operators.arithmetic("+", sum, key.apply(item));
    }
    return sum;
  }

  private static Value join(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("d?", "attribute?");
    UnaryOperator<Value> key = SelectionFilters.attribute(bound[1], null);
    List<Text> texts = new ArrayList<>();
    for (Value item : Operators.items(subject)) {
      texts.add(Printer.str(key.apply(item)));
    }
    Text separator = bound[0] == null ? Text.EMPTY : Printer.str(bound[0]);
    return new TextBuilder().join(texts, separator).text();
  }

  private static Value batch(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("linecount", "fill_with?");
    int size = Arguments.whole(bound[0], 1);
    List<Value> batches = new ArrayList<>();
    List<Value> batch = new ArrayList<>();
    for (Value item : Operators.items(subject)) {
      if (batch.size() == size) {
        batches.add(Sequence.list(batch));
        batch.clear();
      }
      batch.add(item);
    }
    boolean filled = bound[1] != null && bound[1] != Value.None.NONE;
    Limits.items(size);
    while (!batch.isEmpty() && filled && batch.size() < size) {
      batch.add(bound[1]);
    }
    if (!batch.isEmpty()) {
      batches.add(Sequence.list(batch));
    }
    return Sequence.generator(batches);
  }

  private static Value slices(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("slices", "fill_with?");
    int count = Arguments.whole(bound[0], 1);
    if (count <= 0) {
      throw TemplateError.failed("integer division or modulo by zero");
    }
    Limits.items(count);
    List<Value> items = Operators.items(subject);
    int size = items.size() / count;
    int longer = items.size() % count;
    boolean filled = bound[1] != null && bound[1] != Value.None.NONE;
    List<Value> slices = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = from + size + (i < longer ? 1 : 0);
      List<Value> slice = new ArrayList<>(items.subList(from, to));
      if (filled && i >= longer) {
        slice.add(bound[1]);
      }
      slices.add(Sequence.list(slice));
      from = to;
    }
    return Sequence.generator(slices);
  }
}
