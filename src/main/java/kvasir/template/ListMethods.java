package kvasir.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Methods of lists and tuples. Methods that change a list work, as in jinja2's mutable sandbox: the
 * values of a rendering belong to it alone.
 */
final class ListMethods {
  /** Method of a sequence: computes a value from its arguments. */
  @FunctionalInterface
  private interface Method {
    Value call(Sequence sequence, Arguments arguments);
  }

  private static final Map<String, Method> OF_ALL =
      Map.of("index", ListMethods::index, "count", ListMethods::count);

  private static final Map<String, Method> OF_LISTS =
      Map.of(
          "append", ListMethods::append,
          "extend", ListMethods::extend,
          "insert", ListMethods::insert,
          "pop", ListMethods::pop,
          "remove", ListMethods::remove,
          "clear", ListMethods::clear,
          "reverse", ListMethods::reverse,
          "sort", ListMethods::sort,
          "copy", ListMethods::copy);

  private ListMethods() {}

  /** Returns a method; null if the sequence has none of that name. */
  static Callable find(Sequence sequence, String name) {
    Method method = sequence.isIndexed() ? OF_ALL.get(name) : null;
    if (method == null && sequence.isList()) {
      method = OF_LISTS.get(name);
    }
    Method found = method;
    return found == null ? null : Callable.method(name, given -> found.call(sequence, given));
  }

  private static Value index(Sequence sequence, Arguments given) {
    Value searched = given.bind("value")[0];
    for (int i = 0; i < sequence.size(); i++) {
      if (Operators.equal(sequence.items().get(i), searched)) {
        return Value.Int.of(i);
      }
    }
    throw TemplateError.failed(
        Printer.repr(searched).string() + " is not in " + sequence.typeName());
  }

  private static Value count(Sequence sequence, Arguments given) {
    Value searched = given.bind("value")[0];
    return Value.Int.of(
        sequence.items().stream().filter(item -> Operators.equal(item, searched)).count());
  }

  private static Value append(Sequence list, Arguments given) {
    list.items().add(given.bind("object")[0]);
    Limits.items(list.size());
    Meter.spend(8);
    return Value.None.NONE;
  }

  private static Value extend(Sequence list, Arguments given) {
    List<Value> more = new ArrayList<>(Operators.items(given.bind("iterable")[0]));
    Limits.items((long) list.size() + more.size());
    Meter.spend(8L * more.size());
    list.items().addAll(more);
    return Value.None.NONE;
  }

  private static Value insert(Sequence list, Arguments given) {
    Value[] bound = given.bind("index", "object");
    long index = Arguments.whole(bound[0], 0);
    long place = Math.clamp(index < 0 ? index + list.size() : index, 0, list.size());
    list.items().add((int) place, bound[1]);
    Limits.items(list.size());
    Meter.spend(8 + list.size() / 16);
    return Value.None.NONE;
  }

  private static Value pop(Sequence list, Arguments given) {
    long index = Arguments.whole(given.bind("index?")[0], -1);
    long place = index < 0 ? index + list.size() : index;
    if (place < 0 || place >= list.size()) {
      throw TemplateError.failed(
          list.size() == 0 ? "pop from empty list" : "pop index out of range");
    }
    Meter.spend(1 + list.size() / 16);
    return list.items().remove((int) place);
  }

  private static Value remove(Sequence list, Arguments given) {
    Value searched = given.bind("value")[0];
    for (int i = 0; i < list.size(); i++) {
      if (Operators.equal(list.items().get(i), searched)) {
        list.items().remove(i);
        return Value.None.NONE;
      }
    }
    throw TemplateError.failed("list.remove(x): x not in list");
  }

  private static Value clear(Sequence list, Arguments given) {
    given.bind();
    list.items().clear();
    return Value.None.NONE;
  }

  private static Value reverse(Sequence list, Arguments given) {
    given.bind();
    Meter.spend(list.size());
    Collections.reverse(list.items());
    return Value.None.NONE;
  }

  private static Value sort(Sequence list, Arguments given) {
    Value reverse = given.bind("reverse?")[0];
    boolean down = reverse != null && Operators.truth(reverse);
    list.items().sort(down ? Operators.order().reversed() : Operators.order());
    return Value.None.NONE;
  }

  private static Value copy(Sequence list, Arguments given) {
    given.bind();
    return Sequence.list(list.items());
  }
}
