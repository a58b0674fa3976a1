package kvasir.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Operators on values of all types. */
final class Operators {
  private static final Map<String, String> NAMES =
      Map.of("**", "** or pow()", "*", "*", "+", "+", "-", "-", "/", "/", "//", "//", "%", "%");

  private Operators() {}

  /** Returns whether a value counts as true in a condition. */
  static boolean truth(Value value) {
    return switch (value) {
      case Value.None none -> false;
      case Value.Bool(boolean truth) -> truth;
      case Value.Int number -> number.value().signum() != 0;
      case Value.Real number -> number.value() != 0;
      case Text text -> !text.isEmpty();
      case Sequence sequence -> !sequence.isSized() || sequence.size() > 0;
      case Mapping mapping -> mapping.size() > 0;
      case Undefined undefined -> false;
      case Namespace namespace -> true;
      case LoopState loop -> true;
      case Callable callable -> true;
    };
  }

  /** Returns the result of an arithmetic operator. */
  static Value arithmetic(String operator, Value left, Value right) {
    requireDefined(left, right);
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.apply(operator, left, right);
    }
    Value other =
        switch (operator) {
          case "+" -> plus(left, right);
          case "*" -> repeated(left, right);
          case "%" -> left instanceof Text text ? PercentFormat.format(text, right) : null;
          default -> null;
        };
    if (other == null) {
      throw TemplateError.failed(
          "unsupported operand type(s) for %s: '%s' and '%s'"
              .formatted(NAMES.get(operator), left.typeName(), right.typeName()));
    }
    return other;
  }

  private static void requireDefined(Value left, Value right) {
    if (left instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (right instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  private static Value plus(Value left, Value right) {
    if (left instanceof Text a && right instanceof Text b) {
      return joined(a, b);
    }
    if (left instanceof Sequence a
        && right instanceof Sequence b
        && a.kind() == b.kind()
        && (a.isList() || a.kind() == Sequence.Kind.TUPLE)) {
      Limits.items((long) a.size() + b.size());
      List<Value> all = new ArrayList<>(a.items());
      all.addAll(b.items());
      return a.like(all);
    }
    boolean named =
        left instanceof Text
            || (left instanceof Sequence s && (s.isList() || s.kind() == Sequence.Kind.TUPLE));
    if (named) {
      String type = left.typeName();
      throw TemplateError.failed(
          "can only concatenate %s (not \"%s\") to %s".formatted(type, right.typeName(), type));
    }
    return null;
  }

  /** Joins two texts; a plain one is escaped beside markup. */
  private static Text joined(Text left, Text right) {
    return left.isMarkup() || right.isMarkup()
        ? Letters.escape(left).plus(Letters.escape(right)).asMarkup(true)
        : left.plus(right);
  }

  /** Returns the texts of values, one behind another. */
  static Text concat(List<Value> values) {
    TextBuilder all = new TextBuilder();
    for (Value value : values) {
      all.append(Printer.str(value));
    }
    return all.text();
  }

  private static Value repeated(Value left, Value right) {
    boolean swapped = left instanceof Value.Int || left instanceof Value.Bool;
    Value many = swapped ? right : left;
    Value times = swapped ? left : right;
    boolean repeatable =
        many instanceof Text
            || (many instanceof Sequence s && (s.isList() || s.kind() == Sequence.Kind.TUPLE));
    if (!repeatable) {
      return null;
    }
    if (!(times instanceof Value.Int || times instanceof Value.Bool)) {
      throw TemplateError.failed(
          "can't multiply sequence by non-int of type '" + times.typeName() + "'");
    }
    long count = Math.max(0, Arguments.whole(times, 0));
    if (many instanceof Text text) {
      return new TextBuilder().repeat(text, count).text().asMarkup(text.isMarkup());
    }
    Sequence sequence = (Sequence) many;
    Limits.items(count * sequence.size());
    List<Value> all = new ArrayList<>();
    for (long i = 0; i < count && sequence.size() > 0; i++) {
      all.addAll(sequence.items());
    }
    return sequence.like(all);
  }

  static Value negate(Value value) {
    return Numbers.negate(number(value, "-"));
  }

  static Value plus(Value value) {
    Value number = number(value, "+");
    return number instanceof Value.Bool ? new Value.Int(Arguments.index(number)) : number;
  }

  private static Value number(Value value, String sign) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!Numbers.isNumber(value)) {
      throw TemplateError.failed(
          "bad operand type for unary " + sign + ": '" + value.typeName() + "'");
    }
    return value;
  }

  /** Returns whether two values are equal. */
  static boolean equal(Value left, Value right) {
    return equal(left, right, 0);
  }

  // References are meant for values that have no equality of content.
  @SuppressWarnings("ReferenceEquality")
  private static boolean equal(Value left, Value right, int depth) {
    Limits.nesting(depth);
    Meter.spend(1);
    if (left == right && !Numbers.isNan(left)) {
      return true;
    }
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return !Numbers.isNan(left) && !Numbers.isNan(right) && Numbers.compare(left, right) == 0;
    }
    return switch (left) {
      case Text a -> right instanceof Text b && equalTexts(a.string(), b.string());
      case Undefined a -> right instanceof Undefined;
      case Sequence a when a.isIndexed() && right instanceof Sequence b ->
          a.kind() == b.kind() && equalItems(a, b, depth);
      case Mapping a -> right instanceof Mapping b && equalMappings(a, b, depth);
      default -> left == right;
    };
  }

  private static boolean equalTexts(String a, String b) {
    if (a.length() != b.length()) {
      return false;
    }
    Meter.spendText(a.length());
    return a.equals(b);
  }

  private static boolean equalItems(Sequence a, Sequence b, int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.items().get(i), b.items().get(i), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalMappings(Mapping a, Mapping b, int depth) {
    boolean[] equal = {a.size() == b.size()};
    a.forEach(
        (key, value) -> {
          Value other = equal[0] ? b.get(key) : null;
          equal[0] = other != null && equal(value, other, depth + 1);
        });
    return equal[0];
  }

  /**
   * Returns whether an order holds.
   *
   * @param operator one of the operators {@code <}, {@code <=}, {@code >} and {@code >=}
   */
  static boolean ordered(String operator, Value left, Value right) {
    requireDefined(left, right);
    if (Numbers.isNan(left) || Numbers.isNan(right)) {
      return false;
    }
    int order = compare(left, right, operator, 0);
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** Returns the order of values in sorted lists. */
  static Comparator<Value> order() {
    return (left, right) -> {
      requireDefined(left, right);
      return compare(left, right, "<", 0);
    };
  }

  private static int compare(Value left, Value right, String operator, int depth) {
    Limits.nesting(depth);
    Meter.spend(1);
    if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
      return Numbers.compare(left, right);
    }
    if (left instanceof Text a && right instanceof Text b) {
      return compareTexts(a.string(), b.string());
    }
    if (left instanceof Sequence a
        && right instanceof Sequence b
        && a.kind() == b.kind()
        && (a.isList() || a.kind() == Sequence.Kind.TUPLE)) {
      int shared = Math.min(a.size(), b.size());
      for (int i = 0; i < shared; i++) {
        if (!equal(a.items().get(i), b.items().get(i), depth + 1)) {
          return compare(a.items().get(i), b.items().get(i), operator, depth + 1);
        }
      }
      return Integer.compare(a.size(), b.size());
    }
    throw TemplateError.failed(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, left.typeName(), right.typeName()));
  }

  /** Compares by code points; units of surrogate pairs would come before some others. */
  private static int compareTexts(String a, String b) {
    Meter.spendText(Math.min(a.length(), b.length()));
    int at = 0;
    while (at < a.length() && at < b.length() && a.charAt(at) == b.charAt(at)) {
      at++;
    }
    if (at == a.length() || at == b.length()) {
      return Integer.compare(a.length(), b.length());
    }
    boolean lowA = Character.isSurrogate(a.charAt(at));
    boolean lowB = Character.isSurrogate(b.charAt(at));
    return lowA == lowB
        ? Character.compare(a.charAt(at), b.charAt(at))
        : Boolean.compare(lowA, lowB);
  }

  /** Returns whether a container has an element, a key or a part. */
  static boolean contains(Value container, Value item) {
    return switch (container) {
      case Text text -> {
        if (!(item instanceof Text part)) {
          if (item instanceof Undefined undefined) {
            throw TemplateError.failed(
                "'in <string>' requires string as left operand, not " + undefined.typeName());
          }
          throw TemplateError.failed(
              "'in <string>' requires string as left operand, not " + item.typeName());
        }
        yield text.find(part.string(), 0) >= 0;
      }
      case Sequence sequence -> sequence.take().stream().anyMatch(each -> equal(each, item));
      case Mapping mapping -> mapping.get(item) != null;
      case Undefined undefined -> false;
      default ->
          throw TemplateError.failed(
              "argument of type '" + container.typeName() + "' is not iterable");
    };
  }

  /**
   * Returns the elements of a value: characters of a text, keys of a mapping.
   *
   * @throws TemplateError if the value has no elements
   */
  static List<Value> items(Value value) {
    return switch (value) {
      case Sequence sequence -> sequence.take();
      case Mapping mapping -> mapping.keys();
      case Undefined undefined -> List.of();
      case Text text -> characters(text.asMarkup(false));
      default -> throw TemplateError.failed("'" + value.typeName() + "' object is not iterable");
    };
  }

  private static List<Value> characters(Text text) {
    Limits.items(text.string().length());
    List<Value> characters = new ArrayList<>();
    for (int at = 0; at < text.string().length(); ) {
      int next = text.string().offsetByCodePoints(at, 1);
      characters.add(text.part(at, next));
      at = next;
    }
    return characters;
  }

  /** Returns the number of elements of a value. */
  static int length(Value value) {
    return switch (value) {
      case Text text -> text.length();
      case Sequence sequence when sequence.isSized() -> sequence.size();
      case Mapping mapping -> mapping.size();
      case Undefined undefined -> 0;
      case LoopState loop -> loop.length();
      default ->
          throw TemplateError.failed("object of type '" + value.typeName() + "' has no len()");
    };
  }
}
