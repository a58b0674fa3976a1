package kvasir.template;

import java.math.BigInteger;
import java.util.List;

/** The operator {@code %} of texts, with the conversions of C's printf that Python has. */
final class PercentFormat {
  private final Text format;
  private final Value given;
  private final List<Value> positional;
  private final TextBuilder out = new TextBuilder();
  private int at;
  private int used;
  private boolean named;

  private PercentFormat(Text format, Value given) {
    this.format = format;
    this.given = given;
    boolean tuple = given instanceof Sequence s && s.kind() == Sequence.Kind.TUPLE;
    this.positional = tuple ? ((Sequence) given).items() : List.of(given);
  }

  /**
   * Returns a text with values in place of its conversions.
   *
   * @param given a tuple of values, a dictionary for named conversions, or a single value
   */
  static Text format(Text format, Value given) {
    PercentFormat pass = new PercentFormat(format, given);
    pass.run();
    return pass.out.text().asMarkup(format.isMarkup());
  }

  private void run() {
    String s = format.string();
    while (at < s.length()) {
      int next = s.indexOf('%', at);
      int end = next < 0 ? s.length() : next;
      out.append(format, at, end);
      at = end;
      if (next >= 0) {
        at++;
        conversion();
      }
    }
    boolean container =
        given instanceof Mapping
            || (given instanceof Sequence s2 && s2.kind() != Sequence.Kind.TUPLE);
    if (used < positional.size() && !named && !container) {
      throw TemplateError.failed("not all arguments converted during string formatting");
    }
  }

  private char next() {
    if (at >= format.string().length()) {
      throw TemplateError.failed("incomplete format");
    }
    return format.string().charAt(at++);
  }

  private char peek() {
    return at < format.string().length() ? format.string().charAt(at) : 0;
  }

  private void conversion() {
    Value value = null;
    if (peek() == '(') {
      int close = format.string().indexOf(')', at);
      if (close < 0) {
        throw TemplateError.failed("incomplete format key");
      }
      value = byName(format.part(at + 1, close));
      at = close + 1;
    }
    StringBuilder flags = new StringBuilder();
    while ("-+ #0".indexOf(peek()) >= 0 && peek() != 0) {
      flags.append(next());
    }
    int width = number();
    int precision = -1;
    if (peek() == '.') {
      at++;
      precision = Math.max(0, number());
    }
    while ("hlL".indexOf(peek()) >= 0 && peek() != 0) {
      at++;
    }
    char type = next();
    if (type == '%') {
      out.append("%");
      return;
    }
    Value converted = value == null ? take() : value;
    write(new Conversion(flags.toString(), width, precision, type), converted);
  }

  private Value byName(Text name) {
    if (!(given instanceof Mapping mapping)) {
      throw TemplateError.failed("format requires a mapping");
    }
    named = true;
    Value value = mapping.get(name);
    if (value == null) {
      throw TemplateError.failed(Printer.repr(name).string());
    }
    return value;
  }

  private Value take() {
    if (used >= positional.size()) {
      throw TemplateError.failed("not enough arguments for format string");
    }
    return positional.get(used++);
  }

  private int number() {
    if (peek() == '*') {
      at++;
      return Arguments.whole(take(), 0);
    }
    long number = -1;
    while (Character.isDigit(peek())) {
      number = Math.min(Math.max(0, number) * 10 + (next() - '0'), Integer.MAX_VALUE);
    }
    return (int) number;
  }

  /** A conversion: its flags, its width and precision (negative for none), and its letter. */
  private record Conversion(String flags, int width, int precision, char type) {
    boolean has(char flag) {
      return flags.indexOf(flag) >= 0;
    }
  }

  private void write(Conversion c, Value value) {
    switch (c.type()) {
      case 's', 'r', 'a' -> {
        Text text = c.type() == 's' ? Printer.str(value) : Printer.repr(value);
        boolean cut = c.precision() >= 0 && c.precision() < text.length();
        pad(c, "", cut ? text.part(0, text.offset(c.precision())) : text, false);
      }
      case 'c' -> pad(c, "", character(value), false);
      case 'd', 'i', 'u', 'x', 'X', 'o' -> whole(c, value);
      case 'e', 'E', 'f', 'F', 'g', 'G' -> {
        if (!Numbers.isNumber(value)) {
          throw TemplateError.failed("must be real number, not " + value.typeName());
        }
        double number = Numbers.real(value);
        boolean negative = number < 0 || (number == 0 && 1 / number < 0);
        String digits = NumberFormat.real(number, c.type(), c.precision());
        pad(c, sign(c, negative), Text.of(digits), true);
      }
      default ->
          throw TemplateError.failed(
              "unsupported format character '%s' (0x%x) at index %d"
                  .formatted(c.type(), (int) c.type(), at - 1));
    }
  }

  private static Text character(Value value) {
    if (value instanceof Text text && text.length() == 1) {
      return text;
    }
    int code = value instanceof Value.Int ? Arguments.whole(value, -1) : -1;
    if (!Character.isValidCodePoint(code)) {
      throw TemplateError.failed("%c requires int or char");
    }
    return Text.of(Character.toString(code));
  }

  private void whole(Conversion c, Value value) {
    boolean decimal = "diu".indexOf(c.type()) >= 0;
    if (!Numbers.isNumber(value) || (!decimal && value instanceof Value.Real)) {
      String wanted = decimal ? "a real number is required" : "an integer is required";
      throw TemplateError.failed(
          "%%%s format: %s, not %s".formatted(c.type(), wanted, value.typeName()));
    }
    BigInteger number =
        Arguments.index(value instanceof Value.Real(double real) ? Numbers.truncate(real) : value);
    String digits = NumberFormat.whole(number, decimal ? 'd' : c.type());
    int missing = Math.max(0, c.precision() - digits.length());
    Limits.text(missing);
    String prefix = c.has('#') && !decimal ? "0" + c.type() : "";
    pad(c, sign(c, number.signum() < 0) + prefix, Text.of("0".repeat(missing) + digits), true);
  }

  private static String sign(Conversion c, boolean negative) {
    return negative ? "-" : c.has('+') ? "+" : c.has(' ') ? " " : "";
  }

  private void pad(Conversion c, String sign, Text text, boolean number) {
    long missing = Math.max(0, (long) c.width() - sign.length() - text.length());
    boolean left = c.has('-');
    boolean zeros = number && c.has('0') && !left;
    out.repeat(Text.of(" "), left || zeros ? 0 : missing)
        .append(sign)
        .repeat(Text.of("0"), zeros ? missing : 0)
        .append(text)
        .repeat(Text.of(" "), left ? missing : 0);
  }
}
