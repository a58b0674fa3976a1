package kvasir.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import kvasir.template.Filters.Filter;

/** Filters of numbers. */
final class NumberFilters {
  static final Map<String, Filter> FILTERS =
      Map.of(
          "abs", NumberFilters::absolute,
          "int", NumberFilters::whole,
          "float", NumberFilters::real,
          "round", NumberFilters::round,
          "filesizeformat", NumberFilters::fileSize);

  private NumberFilters() {}

  private static Value absolute(Value subject, Arguments arguments, Evaluator evaluator) {
    arguments.bind();
    if (!Numbers.isNumber(subject)) {
      throw subject instanceof Undefined undefined
          ? undefined.error()
          : TemplateError.failed("bad operand type for abs(): '" + subject.typeName() + "'");
    }
    return Numbers.absolute(subject);
  }

  private static Value whole(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("default?", "base?");
    Value fallback = bound[0] == null ? Value.Int.of(0) : bound[0];
    int base = Arguments.whole(bound[1], 10);
    return switch (subject) {
      case Value.Int number -> number;
      case Value.Bool truth -> new Value.Int(Arguments.index(truth));
      case Value.Real(double number) ->
          Double.isNaN(number) || Double.isInfinite(number) ? fallback : Numbers.truncate(number);
      case Text text -> parsed(text.string(), base, fallback);
      case Undefined undefined -> throw undefined.error();
      default -> fallback;
    };
  }

  private static Value parsed(String text, int base, Value fallback) {
    String digits = Letters.strip(Text.of(text), Letters::isSpace, true, true).string();
    if (digits.length() > Limits.BITS / 4) {
      return fallback;
    }
    try {
      return new Value.Int(
          integer(digits.replaceAll("(?<=[0-9a-zA-Z])_(?=[0-9a-zA-Z])", ""), base));
    } catch (NumberFormatException e) {
      Value real = parsedReal(digits);
      boolean finite =
          real instanceof Value.Real(double number)
              && !Double.isNaN(number)
              && !Double.isInfinite(number);
      return finite ? Numbers.truncate(((Value.Real) real).value()) : fallback;
    }
  }

  private static BigInteger integer(String digits, int base) {
    String prefix =
        switch (base) {
          case 16 -> "0x";
          case 8 -> "0o";
          case 2 -> "0b";
          default -> "";
        };
    boolean negative = digits.startsWith("-");
    String unsigned = negative || digits.startsWith("+") ? digits.substring(1) : digits;
    boolean marked =
        !prefix.isEmpty() && unsigned.regionMatches(true, 0, prefix, 0, prefix.length());
    String bare = marked ? unsigned.substring(prefix.length()) : unsigned;
    if (bare.startsWith("-") || bare.startsWith("+")) {
      throw new NumberFormatException("two signs");
    }
    BigInteger number = new BigInteger(bare, base);
    return negative ? number.negate() : number;
  }

  /** Returns the floating-point number that a text is; null if it is none. */
  private static Value parsedReal(String text) {
    String plain = Letters.strip(Text.of(text), Letters::isSpace, true, true).string();
    if (plain.matches("[-+]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][-+]?\\d+)?")) {
      return new Value.Real(Double.parseDouble(plain.replace("_", "")));
    }
    boolean negative = plain.startsWith("-");
    String word = negative || plain.startsWith("+") ? plain.substring(1) : plain;
    if (word.equalsIgnoreCase("inf") || word.equalsIgnoreCase("infinity")) {
      return new Value.Real(negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return word.equalsIgnoreCase("nan") ? new Value.Real(Double.NaN) : null;
  }

  private static Value real(Value subject, Arguments arguments, Evaluator evaluator) {
    Value given = arguments.bind("default?")[0];
    Value fallback = given == null ? new Value.Real(0) : given;
    if (subject instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (Numbers.isNumber(subject)) {
      return new Value.Real(Numbers.real(subject));
    }
    Value parsed = subject instanceof Text text ? parsedReal(text.string()) : null;
    return parsed == null ? fallback : parsed;
  }

  private static Value round(Value subject, Arguments arguments, Evaluator evaluator) {
    Value[] bound = arguments.bind("precision?", "method?");
    int precision = Math.clamp(Arguments.whole(bound[0], 0), -400, 400);
    String method = bound[1] == null ? "common" : Printer.text(bound[1]);
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw TemplateError.failed("method must be common, ceil or floor");
        };
    if (!Numbers.isNumber(subject)) {
      throw subject instanceof Undefined undefined
          ? undefined.error()
          : TemplateError.failed("type " + subject.typeName() + " doesn't define __round__ method");
    }
    if (method.equals("common") && !(subject instanceof Value.Real)) {
      BigDecimal number = new BigDecimal(Arguments.index(subject));
      BigDecimal rounded = precision >= 0 ? number : number.setScale(precision, mode);
      return new Value.Int(rounded.toBigInteger());
    }
    double number = Numbers.real(subject);
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return new Value.Real(number);
    }
    double rounded =
        method.equals("common")
            ? new BigDecimal(number).setScale(precision, mode).doubleValue()
            : scaled(number, Math.pow(10, precision), mode);
    return new Value.Real(rounded == 0 ? Math.copySign(0.0, number) : rounded);
  }

  private static double scaled(double number, double scale, RoundingMode mode) {
    double large = number * scale;
    return (mode == RoundingMode.CEILING ? Math.ceil(large) : Math.floor(large)) / scale;
  }

  private static Value fileSize(Value subject, Arguments arguments, Evaluator evaluator) {
    Value binary = arguments.bind("binary?")[0];
    boolean powers = binary != null && Operators.truth(binary);
    Value size = real(subject, Arguments.of("float", Value.None.NONE), evaluator);
    if (size == Value.None.NONE) {
      throw TemplateError.failed(
          "could not convert '" + subject.typeName() + "' to a floating-point number");
    }
    double bytes = Numbers.real(size);
    double base = powers ? 1024 : 1000;
    if (bytes == 1) {
      return Text.of("1 Byte");
    }
    if (bytes < base) {
      return Text.of((long) bytes + " Bytes");
    }
    List<String> units =
        powers
            ? List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
            : List.of("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB");
    double unit = base;
    int i = 0;
    while (bytes >= unit * base && i < units.size() - 1) {
      unit *= base;
      i++;
    }
    return Text.of(NumberFormat.real(bytes / unit, 'f', 1) + " " + units.get(i));
  }
}
