package kvasir.template;

import java.util.ArrayList;
import java.util.List;

/** Several values in an order: a list, a tuple, a range, the parts of a mapping, or a generator. */
final class Sequence implements Value {
  /** Kinds of sequences. */
  enum Kind {
    LIST("list", true, true),
    TUPLE("tuple", true, true),
    RANGE("range", true, true),
    KEYS("dict_keys", false, true),
    VALUES("dict_values", false, true),
    ITEMS("dict_items", false, true),
    GENERATOR("generator", false, false);

    private final String typeName;
    private final boolean indexed;
    private final boolean sized;

    Kind(String typeName, boolean indexed, boolean sized) {
      this.typeName = typeName;
      this.indexed = indexed;
      this.sized = sized;
    }
  }

  private static final int STEPS_AN_ITEM = 8;

  private final Kind kind;
  private final List<Value> items;
  private final String label;
  private boolean taken;

  private Sequence(Kind kind, List<Value> items, String label) {
    Limits.items(items.size());
    Meter.spend((long) STEPS_AN_ITEM * items.size());
    this.kind = kind;
    this.items = items;
    this.label = label;
  }

  /** Returns a list, which takes the items over and may change. */
  static Sequence list(List<Value> items) {
    return new Sequence(Kind.LIST, new ArrayList<>(items), "");
  }

  static Sequence tuple(List<Value> items) {
    return new Sequence(Kind.TUPLE, List.copyOf(items), "");
  }

  static Sequence pair(Value first, Value second) {
    return new Sequence(Kind.TUPLE, List.of(first, second), "");
  }

  /** Returns values that can be read once. */
  static Sequence generator(List<Value> items) {
    return new Sequence(Kind.GENERATOR, items, "");
  }

  static Sequence view(Kind kind, List<Value> items) {
    return new Sequence(kind, items, "");
  }

  /** Returns the numbers from {@code start} to before {@code stop}. */
  static Sequence range(long start, long stop, long step) {
    if (step == 0) {
      throw TemplateError.failed("range() arg 3 must not be zero");
    }
    double span = ((double) stop - start) / step;
    if (span > Limits.RANGE) {
      throw TemplateError.limit(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + Limits.RANGE + ").");
    }
    List<Value> items = new ArrayList<>();
    for (long n = start; step > 0 ? n < stop : n > stop; n += step) {
      items.add(Int.of(n));
    }
    String end = step == 1 ? ")" : ", " + step + ")";
    return new Sequence(Kind.RANGE, items, "range(" + start + ", " + stop + end);
  }

  Kind kind() {
    return kind;
  }

  boolean isList() {
    return kind == Kind.LIST;
  }

  /** Returns whether elements can be read by their index. */
  boolean isIndexed() {
    return kind.indexed;
  }

  /** Returns whether the number of elements is known without reading them. */
  boolean isSized() {
    return kind.sized;
  }

  /** Returns a sequence of the same kind; a part of a range is a list of numbers. */
  Sequence like(List<Value> others) {
    return kind == Kind.TUPLE ? tuple(others) : list(others);
  }

  /** Returns the elements; those of a generator only once. */
  List<Value> take() {
    if (kind == Kind.GENERATOR) {
      List<Value> rest = taken ? List.of() : items;
      taken = true;
      return rest;
    }
    return items;
  }

  /** Returns the elements, which only methods of lists change. */
  List<Value> items() {
    return items;
  }

  int size() {
    return items.size();
  }

  /** Returns the words by which a range prints. */
  String label() {
    return label;
  }

  @Override
  public String typeName() {
    return kind.typeName;
  }
}
