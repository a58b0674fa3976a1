package kvasir.template;

import java.util.List;
import java.util.Map;

/** Methods of dictionaries. */
final class MappingMethods {
  /** Method of a dictionary: computes a value from its arguments. */
  @FunctionalInterface
  private interface Method {
    Value call(Mapping mapping, Arguments arguments);
  }

  private static final Map<String, Method> METHODS =
      Map.of(
          "items", (mapping, given) -> view(Sequence.Kind.ITEMS, mapping, given),
          "keys", (mapping, given) -> view(Sequence.Kind.KEYS, mapping, given),
          "values", (mapping, given) -> view(Sequence.Kind.VALUES, mapping, given),
          "get", MappingMethods::get,
          "pop", MappingMethods::pop,
          "popitem", MappingMethods::popItem,
          "update", MappingMethods::update,
          "setdefault", MappingMethods::setDefault,
          "clear", MappingMethods::clear,
          "copy", MappingMethods::copy);

  private MappingMethods() {}

  /** Returns a method; null if dictionaries have none of that name. */
  static Callable find(Mapping mapping, String name) {
    Method method = METHODS.get(name);
    return method == null ? null : Callable.method(name, given -> method.call(mapping, given));
  }

  private static Value view(Sequence.Kind kind, Mapping mapping, Arguments given) {
    given.bind();
    return Sequence.view(
        kind,
        switch (kind) {
          case ITEMS -> mapping.pairs();
          case KEYS -> mapping.keys();
          default -> mapping.values();
        });
  }

  private static Value get(Mapping mapping, Arguments given) {
    Value[] bound = given.bind("key", "default?");
    Value value = mapping.get(bound[0]);
    return value != null ? value : bound[1] == null ? Value.None.NONE : bound[1];
  }

  private static Value pop(Mapping mapping, Arguments given) {
    Value[] bound = given.bind("key", "default?");
    Value value = mapping.remove(bound[0]);
    if (value == null && bound[1] == null) {
      throw TemplateError.failed(Printer.repr(bound[0]).string());
    }
    return value == null ? bound[1] : value;
  }

  private static Value popItem(Mapping mapping, Arguments given) {
    given.bind();
    if (mapping.size() == 0) {
      throw TemplateError.failed("'popitem(): dictionary is empty'");
    }
    Value key = mapping.keys().getLast();
    return Sequence.pair(key, mapping.remove(key));
  }

  private static Value update(Mapping mapping, Arguments given) {
    Value other = given.bindFirst("other?")[0];
    if (other != null) {
      fill(mapping, other);
    }
    given.named().forEach((name, value) -> mapping.put(Text.of(name), value));
    return Value.None.NONE;
  }

  /** Adds the entries of another dictionary, or pairs of keys and values. */
  static void fill(Mapping mapping, Value other) {
    if (other instanceof Mapping more) {
      more.pairs().forEach(pair -> put(mapping, pair));
    } else {
      Operators.items(other).forEach(pair -> put(mapping, pair));
    }
  }

  private static void put(Mapping mapping, Value pair) {
    List<Value> parts = Operators.items(pair);
    if (parts.size() != 2) {
      throw TemplateError.failed(
          "dictionary update sequence element has length " + parts.size() + "; 2 is required");
    }
    mapping.put(parts.getFirst(), parts.getLast());
  }

  private static Value setDefault(Mapping mapping, Arguments given) {
    Value[] bound = given.bind("key", "default?");
    Value value = mapping.get(bound[0]);
    if (value == null) {
      value = bound[1] == null ? Value.None.NONE : bound[1];
      mapping.put(bound[0], value);
    }
    return value;
  }

  private static Value clear(Mapping mapping, Arguments given) {
    given.bind();
    mapping.clear();
    return Value.None.NONE;
  }

  private static Value copy(Mapping mapping, Arguments given) {
    given.bind();
    Mapping copy = new Mapping();
    mapping.forEach(copy::put);
    return copy;
  }
}
