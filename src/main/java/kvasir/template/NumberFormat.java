package kvasir.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers with a given form, as both of Python's languages of formats have them. */
final class NumberFormat {
  private static final int MOST_DIGITS = 1000;

  private NumberFormat() {}

  /** Returns a whole number without its sign in a base that a letter names. */
  static String whole(BigInteger number, char type) {
    BigInteger size = number.abs();
    return switch (type) {
      case 'x' -> size.toString(16);
      case 'X' -> size.toString(16).toUpperCase(Locale.ROOT);
      case 'o' -> size.toString(8);
      case 'b' -> size.toString(2);
      default -> size.toString();
    };
  }

  /**
   * Returns a floating-point number without its sign.
   *
   * @param type one of the letters e, E, f, F, g, G and %
   * @param precision number of digits; negative for 6
   */
  static String real(double number, char type, int precision) {
    double size = Math.abs(number);
    int digits = precision < 0 ? 6 : precision;
    if (digits > MOST_DIGITS) {
      throw TemplateError.limit("the template formats more than " + MOST_DIGITS + " digits");
    }
    if (Double.isNaN(size) || Double.isInfinite(size)) {
      String word = Double.isNaN(size) ? "nan" : "inf";
      return Character.isUpperCase(type) ? word.toUpperCase(Locale.ROOT) : word;
    }
    return switch (type) {
      case 'e', 'E' -> scientific(size, digits, type);
      case 'g', 'G' -> general(size, Math.max(1, digits), type);
      case '%' -> new BigDecimal(size * 100).setScale(digits, RoundingMode.HALF_EVEN) + "%";
      default -> new BigDecimal(size).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    };
  }

  private static String scientific(double size, int digits, char mark) {
    BigDecimal exact = new BigDecimal(size);
    if (exact.signum() == 0) {
      return mantissa("0".repeat(digits + 1)) + mark + "+00";
    }
    BigDecimal rounded = exact.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    String all = rounded.unscaledValue().toString();
    String padded = all + "0".repeat(Math.max(0, digits + 1 - all.length()));
    return mantissa(padded.substring(0, digits + 1)) + mark + exponent(exponent);
  }

  private static String mantissa(String digits) {
    return digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
  }

  private static String exponent(int exponent) {
    int size = Math.abs(exponent);
    return (exponent < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
  }

  private static String general(double size, int digits, char type) {
    String scientific = scientific(size, digits - 1, type == 'g' ? 'e' : 'E');
    int mark = Math.max(scientific.indexOf('e'), scientific.indexOf('E'));
    int exponent = Integer.parseInt(scientific.substring(mark + 1));
    if (exponent < -4 || exponent >= digits) {
      return trimmed(scientific.substring(0, mark)) + scientific.substring(mark);
    }
    return trimmed(
        new BigDecimal(size)
            .round(new MathContext(digits, RoundingMode.HALF_EVEN))
            .toPlainString());
  }

  private static String trimmed(String number) {
    if (number.indexOf('.') < 0) {
      return number;
    }
    String cut = number.replaceAll("0+$", "");
    return cut.endsWith(".") ? cut.substring(0, cut.length() - 1) : cut;
  }
}
