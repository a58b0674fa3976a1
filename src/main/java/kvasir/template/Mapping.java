package kvasir.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** A dictionary, in the order in which keys came. */
final class Mapping implements Value {
  /** A key as it was given, and its value. */
  private record Entry(Value key, Value value) {}

  private static final int STEPS_AN_ENTRY = 8;

  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  /** Returns a value as the dictionary that it is. */
  static Mapping of(Value value) {
    if (value instanceof Mapping mapping) {
      return mapping;
    }
    throw TemplateError.failed("'" + value.typeName() + "' object is not a mapping");
  }

  void put(Value key, Value value) {
    Object identity = identity(key, 0);
    Entry known = entries.get(identity);
    entries.put(identity, new Entry(known == null ? key : known.key(), value));
    Limits.items(entries.size());
    Meter.spend(STEPS_AN_ENTRY);
  }

  /** Returns the value of a key; null if there is none. */
  Value get(Value key) {
    Entry entry = entries.get(identity(key, 0));
    return entry == null ? null : entry.value();
  }

  /** Removes a key and returns its value; null if there is none. */
  Value remove(Value key) {
    Entry entry = entries.remove(identity(key, 0));
    return entry == null ? null : entry.value();
  }

  void clear() {
    entries.clear();
  }

  int size() {
    return entries.size();
  }

  void forEach(BiConsumer<Value, Value> use) {
    entries.values().forEach(entry -> use.accept(entry.key(), entry.value()));
  }

  List<Value> keys() {
    return new ArrayList<>(entries.values().stream().map(Entry::key).toList());
  }

  List<Value> values() {
    return new ArrayList<>(entries.values().stream().map(Entry::value).toList());
  }

  /** Returns the pairs of keys and values. */
  List<Value> pairs() {
    List<Value> pairs = new ArrayList<>(entries.size());
    forEach((key, value) -> pairs.add(Sequence.pair(key, value)));
    return pairs;
  }

  /**
   * Returns an object that is equal for equal keys: 1, 1.0 and true are one key, as in Python.
   *
   * @throws TemplateError if the value cannot be a key
   */
  static Object identity(Value key, int depth) {
    Limits.nesting(depth);
    Meter.spend(STEPS_AN_ENTRY);
    return switch (key) {
      case Text text -> text.string();
      case Bool(boolean truth) -> truth ? BigInteger.ONE : BigInteger.ZERO;
      case Int(BigInteger number) -> number;
      case Real(double number) ->
          number == Math.rint(number) && !Double.isInfinite(number)
              ? new BigDecimal(number).toBigInteger()
              : (Object) number;
      case Sequence tuple when tuple.kind() == Sequence.Kind.TUPLE ->
          tuple.items().stream().map(item -> identity(item, depth + 1)).toList();
      case Sequence list when list.isList() -> throw unhashable(key);
      case Mapping mapping -> throw unhashable(mapping);
      case Undefined undefined -> undefined.typeName();
      case None none -> none;
      case Sequence other -> new Identity(other);
      case Namespace other -> new Identity(other);
      case LoopState other -> new Identity(other);
      case Callable other -> new Identity(other);
    };
  }

  /** A key that is equal to itself only. */
  private static final class Identity {
    private final Value value;

    Identity(Value value) {
      this.value = value;
    }

    // References are meant: these values have no equality of content.
    @SuppressWarnings("ReferenceEquality")
    @Override
    public boolean equals(Object other) {
      return other instanceof Identity identity && identity.value == value;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(value);
    }
  }

  private static TemplateError unhashable(Value key) {
    return TemplateError.failed("unhashable type: '" + key.typeName() + "'");
  }

  @Override
  public String typeName() {
    return "dict";
  }
}
