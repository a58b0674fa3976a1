package kvasir.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** Conversion of values to texts, as Python's {@code str} and {@code repr} do it. */
final class Printer {
  private Printer() {}

  /** Returns a value as a text: a text as it is, nothing for an undefined value. */
  static Text str(Value value) {
    return switch (value) {
      case Text text -> text;
      case Undefined undefined -> Text.EMPTY;
      default -> repr(value);
    };
  }

  /** Returns {@link #str} as a string of Java. */
  static String text(Value value) {
    return str(value).string();
  }

  /** Returns a value as it would be written in a program. */
  static Text repr(Value value) {
    TextBuilder out = new TextBuilder();
    repr(value, out, 0);
    return out.text();
  }

  private static void repr(Value value, TextBuilder out, int depth) {
    Limits.nesting(depth);
    switch (value) {
      case Text text -> quote(text, out);
      case Value.None none -> out.append("None");
      case Value.Bool(boolean truth) -> out.append(truth ? "True" : "False");
      case Value.Int(BigInteger number) -> out.append(number.toString());
      case Value.Real(double number) -> out.append(real(number));
      case Undefined undefined -> out.append("Undefined");
      case Sequence sequence -> sequence(sequence, out, depth);
      case Mapping mapping -> mapping(mapping, out, depth);
      case Namespace namespace -> {
        Mapping variables = new Mapping();
        namespace.variables().forEach((name, held) -> variables.put(Text.of(name), held));
        out.append("<Namespace ");
        repr(variables, out, depth + 1);
        out.append(">");
      }
      case LoopState loop -> out.append(loop.toString());
      case Callable callable ->
          out.append("<").append(callable.typeName()).append(" " + callable.name() + ">");
    }
  }

  private static void sequence(Sequence sequence, TextBuilder out, int depth) {
    switch (sequence.kind()) {
      case LIST -> items(sequence.items(), "[", "]", out, depth);
      case TUPLE -> items(sequence.items(), "(", sequence.size() == 1 ? ",)" : ")", out, depth);
      case RANGE -> out.append(sequence.label());
      case KEYS, VALUES, ITEMS ->
          items(sequence.items(), sequence.typeName() + "([", "])", out, depth);
      case GENERATOR -> out.append("<generator object>");
    }
  }

  private static void items(
      List<Value> items, String begin, String end, TextBuilder out, int depth) {
    out.append(begin);
    String separator = "";
    for (Value item : items) {
      out.append(separator);
      repr(item, out, depth + 1);
      separator = ", ";
    }
    out.append(end);
  }

  private static void mapping(Mapping mapping, TextBuilder out, int depth) {
    out.append("{");
    String[] separator = {""};
    mapping.forEach(
        (key, value) -> {
          out.append(separator[0]);
          repr(key, out, depth + 1);
          out.append(": ");
          repr(value, out, depth + 1);
          separator[0] = ", ";
        });
    out.append("}");
  }

  private static void quote(Text text, TextBuilder out) {
    String s = text.string();
    String mark = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? "\"" : "'";
    out.append(text.isMarkup() ? "Markup(" + mark : mark);
    out.append(text.map(run -> escaped(run, mark.charAt(0))).asMarkup(false));
    out.append(text.isMarkup() ? mark + ")" : mark);
  }

  private static String escaped(String run, char mark) {
    StringBuilder escaped = new StringBuilder(run.length());
    run.codePoints().forEach(c -> escape(c, mark, escaped));
    return escaped.toString();
  }

  private static void escape(int c, char mark, StringBuilder out) {
    switch (c) {
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        if (c == mark) {
          out.append('\\').append(mark);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else if (c > 0xffff) {
          out.append(String.format("\\U%08x", c));
        } else {
          out.append(String.format(c > 0xff ? "\\u%04x" : "\\x%02x", c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return c == ' '
        || switch (Character.getType(c)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR ->
              false;
          default -> true;
        };
  }

  private static BigDecimal shortest(double number) {
    BigDecimal two = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    // Java's form has two digits at least, and takes better ones where one digit would do.
    BigDecimal one = two.round(new MathContext(1, RoundingMode.HALF_EVEN));
    return one.doubleValue() == number ? one.stripTrailingZeros() : two;
  }

  /** Returns the shortest decimal number that is read as a floating-point number. */
  static String real(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0.0" : "-0.0";
    }
    BigDecimal exact = shortest(number);
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = exact.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = exact.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String sign = exponent < 0 ? "-" : "+";
    int size = Math.abs(exponent);
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + fraction
        + "e"
        + sign
        + (size < 10 ? "0" : "")
        + size;
  }
}
