package kvasir.template;

import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The method {@code format} of texts. */
final class BraceFormat {
  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d{1,8})?([,_])?(?:\\.(\\d{1,8}))?([a-zA-Z%])?",
          Pattern.DOTALL);

  private final Text format;
  private final Arguments given;
  private final TextBuilder out = new TextBuilder();
  private int at;
  private int automatic;
  private boolean numbered;

  private BraceFormat(Text format, Arguments given) {
    this.format = format;
    this.given = given;
  }

  /** Returns a text with values in place of its fields in braces. */
  static Text format(Text format, Arguments given) {
    BraceFormat pass = new BraceFormat(format, given);
    pass.run();
    return pass.out.text().asMarkup(format.isMarkup());
  }

  private void run() {
    String s = format.string();
    while (at < s.length()) {
      char c = s.charAt(at);
      boolean doubled = at + 1 < s.length() && s.charAt(at + 1) == c;
      if (c != '{' && c != '}') {
        int end = at;
        while (end < s.length() && s.charAt(end) != '{' && s.charAt(end) != '}') {
          end++;
        }
        out.append(format, at, end);
        at = end;
      } else if (doubled) {
        out.append(format, at, at + 1);
        at += 2;
      } else if (c == '}') {
        throw TemplateError.failed("Single '}' encountered in format string");
      } else {
        field();
      }
    }
  }

  private void field() {
    String s = format.string();
    int close = s.indexOf('}', at);
    if (close < 0) {
      throw TemplateError.failed(
          at + 1 == s.length()
              ? "Single '{' encountered in format string"
              : "expected '}' before end of string");
    }
    String field = s.substring(at + 1, close);
    at = close + 1;
    int colon = field.indexOf(':');
    String head = colon < 0 ? field : field.substring(0, colon);
    String spec = colon < 0 ? "" : field.substring(colon + 1);
    if (spec.indexOf('{') >= 0) {
      throw TemplateError.failed("nested fields of formats are not supported");
    }
    int bang = head.indexOf('!');
    Value value = value(bang < 0 ? head : head.substring(0, bang));
    String conversion = bang < 0 ? "" : head.substring(bang + 1);
    Value converted =
        switch (conversion) {
          case "" -> value;
          case "s" -> Printer.str(value);
          case "r", "a" -> Printer.repr(value);
          default ->
              throw TemplateError.failed("Unknown conversion specifier '" + conversion + "'");
        };
    out.append(formatted(converted, spec));
  }

  private Value value(String path) {
    Matcher parts = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]").matcher(path);
    int end = path.length();
    int dot = path.indexOf('.');
    int bracket = path.indexOf('[');
    end = dot >= 0 ? Math.min(end, dot) : end;
    end = bracket >= 0 ? Math.min(end, bracket) : end;
    Value value = argument(path.substring(0, end));
    parts.region(end, path.length());
    while (parts.find()) {
      value =
          parts.group(1) != null
              ? Attributes.attribute(value, parts.group(1))
              : Attributes.element(value, key(parts.group(2)));
    }
    return value;
  }

  private static Value key(String name) {
    return name.matches("\\d{1,9}") ? Value.Int.of(Long.parseLong(name)) : Text.of(name);
  }

  private Value argument(String name) {
    if (!name.isEmpty() && !name.matches("\\d{1,9}")) {
      Map<String, Value> named = given.named();
      if (!named.containsKey(name)) {
        throw TemplateError.failed("'" + name + "'");
      }
      return named.get(name);
    }
    if (name.isEmpty() ? numbered : automatic > 0) {
      throw TemplateError.failed(
          "cannot switch between automatic field numbering and manual field specification");
    }
    numbered |= !name.isEmpty();
    int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
    if (index >= given.positional().size()) {
      throw TemplateError.failed(
          "Replacement index " + index + " out of range for positional args tuple");
    }
    return given.positional().get(index);
  }

  private static Text formatted(Value value, String spec) {
    Matcher m = SPEC.matcher(spec);
    if (!m.matches()) {
      throw TemplateError.failed("Invalid format specifier");
    }
    if (spec.isEmpty()) {
      return Printer.str(value);
    }
    boolean number =
        Numbers.isNumber(value) && !(value instanceof Value.Bool && m.group(9) == null);
    if (!number && !(value instanceof Text) && !(value instanceof Value.Bool)) {
      throw TemplateError.failed(
          "unsupported format string passed to " + value.typeName() + ".__format__");
    }
    int precision = m.group(8) == null ? -1 : Integer.parseInt(m.group(8));
    char type = m.group(9) == null ? 0 : m.group(9).charAt(0);
    if (number) {
      boolean negative = Numbers.compare(value, Value.Int.of(0)) < 0;
      String sign = negative ? "-" : m.group(3) == null || m.group(3).equals("-") ? "" : m.group(3);
      return padded(m, sign, Text.of(digits(value, type, precision, m.group(7))), true);
    }
    if (type != 0 && type != 's') {
      throw TemplateError.failed(
          "Unknown format code '%s' for object of type '%s'".formatted(type, value.typeName()));
    }
    Text text = Printer.str(value);
    boolean cut = precision >= 0 && precision < text.length();
    return padded(m, "", cut ? text.part(0, text.offset(precision)) : text, false);
  }

  private static String digits(Value value, char type, int precision, String separator) {
    boolean whole = !(value instanceof Value.Real) && (type == 0 || "dxXobn".indexOf(type) >= 0);
    String digits;
    if (whole) {
      BigInteger number = Arguments.index(value);
      digits = NumberFormat.whole(number, type == 0 ? 'd' : type);
    } else if ("eEfFgG%".indexOf(type) >= 0 && type != 0) {
      digits = NumberFormat.real(Numbers.real(value), type, precision);
    } else if (type == 0 && precision < 0) {
      digits = Printer.real(Math.abs(Numbers.real(value)));
    } else if (type == 0) {
      digits = NumberFormat.real(Numbers.real(value), 'g', precision);
    } else {
      throw TemplateError.failed(
          "Unknown format code '%s' for object of type '%s'".formatted(type, value.typeName()));
    }
    return separator == null ? digits : grouped(digits, separator);
  }

  private static String grouped(String digits, String separator) {
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    StringBuilder grouped = new StringBuilder(digits);
    for (int i = end - 3; i > 0; i -= 3) {
      grouped.insert(i, separator);
    }
    return grouped.toString();
  }

  private static Text padded(Matcher m, String sign, Text text, boolean number) {
    boolean zero = m.group(5) != null;
    String align = m.group(2) != null ? m.group(2) : zero && number ? "=" : number ? ">" : "<";
    Text fill = Text.of(m.group(1) != null ? m.group(1) : zero ? "0" : " ");
    int width = m.group(6) == null ? 0 : Integer.parseInt(m.group(6));
    long missing = Math.max(0, (long) width - sign.length() - text.length());
    long before =
        switch (align) {
          case ">" -> missing;
          case "^" -> missing / 2;
          default -> 0;
        };
    long inside = align.equals("=") ? missing : 0;
    return new TextBuilder()
        .repeat(fill, before)
        .append(sign)
        .repeat(fill, inside)
        .append(text)
        .repeat(fill, missing - before - inside)
        .text();
  }
}
