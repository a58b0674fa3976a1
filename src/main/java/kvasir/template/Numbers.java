package kvasir.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Arithmetic of numbers, with Python's types of results and errors. */
final class Numbers {
  private Numbers() {}

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
  }

  private static boolean isReal(Value value) {
    return value instanceof Value.Real;
  }

  /** Returns a number as a floating-point number. */
  static double real(Value value) {
    if (value instanceof Value.Real(double number)) {
      return number;
    }
    double number = Arguments.index(value).doubleValue();
    if (Double.isInfinite(number)) {
      throw TemplateError.failed("int too large to convert to float");
    }
    return number;
  }

  /**
   * Returns the result of an operation on two numbers.
   *
   * @param operator the operator as it is written
   */
  static Value apply(String operator, Value left, Value right) {
    if (operator.equals("/")) {
      requireDivisor(right, "division by zero");
      return new Value.Real(quotient(left, right));
    }
    return isReal(left) || isReal(right)
        ? new Value.Real(reals(operator, real(left), real(right)))
        : wholes(operator, Arguments.index(left), Arguments.index(right));
  }

  private static double quotient(Value left, Value right) {
    if (isReal(left) || isReal(right)) {
      return real(left) / real(right);
    }
    BigInteger above = Arguments.index(left);
    BigInteger below = Arguments.index(right);
    if (above.bitLength() < 54 && below.bitLength() < 54) {
      return above.doubleValue() / below.doubleValue();
    }
    return new BigDecimal(above)
        .divide(new BigDecimal(below), new MathContext(40, RoundingMode.HALF_EVEN))
        .doubleValue();
  }

  private static void requireDivisor(Value value, String words) {
    boolean zero =
        value instanceof Value.Real(double number)
            ? number == 0
            : Arguments.index(value).signum() == 0;
    if (zero) {
      throw TemplateError.failed(isReal(value) ? "float division by zero" : words);
    }
  }

  private static double reals(String operator, double left, double right) {
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "//" -> {
        requireDivisor(new Value.Real(right), "");
        yield Math.floor((left - modulo(left, right)) / right + 0.5);
      }
      case "%" -> {
        if (right == 0) {
          throw TemplateError.failed("float modulo");
        }
        yield modulo(left, right);
      }
      default -> power(left, right);
    };
  }

  private static double power(double left, double right) {
    if (left == 0 && right < 0) {
      throw TemplateError.failed("0.0 cannot be raised to a negative power");
    }
    if (left < 0 && right != Math.rint(right)) {
      throw TemplateError.failed("complex numbers are not supported");
    }
    double power = Math.pow(left, right);
    if (Double.isInfinite(power) && !Double.isInfinite(left) && !Double.isInfinite(right)) {
      throw TemplateError.failed("(34, 'Numerical result out of range')");
    }
    return power;
  }

  private static double modulo(double left, double right) {
    double rest = left % right;
    if (rest == 0) {
      return Math.copySign(0.0, right);
    }
    return (rest < 0) == (right < 0) ? rest : rest + right;
  }

  private static Value wholes(String operator, BigInteger left, BigInteger right) {
    return switch (operator) {
      case "+" -> whole(left.add(right));
      case "-" -> whole(left.subtract(right));
      case "*" -> whole(left.multiply(right));
      case "//" -> {
        requireDivisor(new Value.Int(right), "integer division or modulo by zero");
        BigInteger[] parts = left.divideAndRemainder(right);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != right.signum();
        yield whole(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
      }
      case "%" -> {
        requireDivisor(new Value.Int(right), "integer modulo by zero");
        BigInteger rest = left.remainder(right);
        boolean other = rest.signum() != 0 && rest.signum() != right.signum();
        yield whole(other ? rest.add(right) : rest);
      }
      default -> power(left, right);
    };
  }

  private static Value power(BigInteger left, BigInteger right) {
    if (right.signum() < 0) {
      requireDivisor(new Value.Int(left), "0.0 cannot be raised to a negative power");
      return new Value.Real(Math.pow(left.doubleValue(), right.doubleValue()));
    }
    boolean small = left.abs().compareTo(BigInteger.ONE) <= 0;
    if (small) {
      return whole(
          left.signum() < 0 && !right.testBit(0) ? BigInteger.ONE : powerOfUnit(left, right));
    }
    if (right.bitLength() > 31 || (long) left.bitLength() * right.intValue() > Limits.BITS) {
      throw TemplateError.limit(
          "the template makes an integer of more than " + Limits.BITS + " bits");
    }
    return whole(left.pow(right.intValue()));
  }

  private static BigInteger powerOfUnit(BigInteger unit, BigInteger exponent) {
    return exponent.signum() == 0 ? BigInteger.ONE : unit;
  }

  private static Value whole(BigInteger number) {
    if (number.bitLength() > Limits.BITS) {
      throw TemplateError.limit(
          "the template makes an integer of more than " + Limits.BITS + " bits");
    }
    return new Value.Int(number);
  }

  static Value negate(Value value) {
    return value instanceof Value.Real(double number)
        ? new Value.Real(-number)
        : new Value.Int(Arguments.index(value).negate());
  }

  static Value absolute(Value value) {
    return value instanceof Value.Real(double number)
        ? new Value.Real(Math.abs(number))
        : new Value.Int(Arguments.index(value).abs());
  }

  /** Compares two numbers by their exact values; not for NaN. */
  static int compare(Value left, Value right) {
    if (isReal(left) || isReal(right)) {
      double a = left instanceof Value.Real(double number) ? number : Double.NaN;
      double b = right instanceof Value.Real(double number) ? number : Double.NaN;
      if (isReal(left) && isReal(right)) {
        return a < b ? -1 : a > b ? 1 : 0;
      }
      if (Double.isInfinite(a) || Double.isInfinite(b)) {
        return Double.isInfinite(a) ? (a > 0 ? 1 : -1) : (b > 0 ? -1 : 1);
      }
      return exact(left).compareTo(exact(right));
    }
    return Arguments.index(left).compareTo(Arguments.index(right));
  }

  static boolean isNan(Value value) {
    return value instanceof Value.Real(double number) && Double.isNaN(number);
  }

  private static BigDecimal exact(Value value) {
    return value instanceof Value.Real(double number)
        ? new BigDecimal(number)
        : new BigDecimal(Arguments.index(value));
  }

  /** Returns a floating-point number without its fraction. */
  static Value truncate(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw TemplateError.failed("cannot convert float infinity or NaN to integer");
    }
    return new Value.Int(new BigDecimal(number).toBigInteger());
  }
}
