package kvasir.grammar;

import java.math.BigInteger;
import java.util.Objects;

/**
 * Decimal numbers between bounds, possibly multiples of a step. A digit is taken only if a number
 * that fits can still follow; where all do, the digits so far are forgotten. Numbers are counted in
 * units of the last decimal.
 */
final class Numeral extends Node {
  /** Characters that a number may go on with. */
  private static final String SIGNS = "0123456789.e";

  private final NumberBounds bounds;

  Numeral(NumberBounds bounds) {
    this.bounds = bounds;
    update();
  }

  @Override
  long measure() {
    return bounds.any(false) || bounds.any(true) ? 1 : NOTHING;
  }

  @Override
  int measureHeight() {
    return 1;
  }

  @Override
  public void expand(Stack below, Closure out) {
    out.add(new Place(this, Phase.START, false, BigInteger.ZERO, 0, false), below);
  }

  private enum Phase {
    START,
    SIGN,
    WHOLE,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    EXPONENT_DIGIT,
    END
  }

  /**
   * A place in a number.
   *
   * @param value number so far without sign and point; 1 if it does not matter
   * @param digits number of digits of the phase
   * @param free whether every number that goes on so fits
   */
  private record Place(
      Numeral numeral, Phase phase, boolean negative, BigInteger value, int digits, boolean free)
      implements Frame {
    @Override
    public void expand(Stack below, Closure out) {
      if (mayEnd()) {
        out.add(below);
      }
      if (!mayEnd() || goesOn()) {
        out.leaf(this, below);
      }
    }

    private boolean goesOn() {
      return SIGNS.chars().anyMatch(c -> next((char) c) != null);
    }

    private boolean mayEnd() {
      return switch (phase) {
        case START, SIGN, EXPONENT, EXPONENT_SIGN -> false;
        case WHOLE -> free || numeral.bounds.whole(negative, value);
        case FRACTION -> digits > 0 && (free || numeral.bounds.fraction(negative, value, digits));
        case EXPONENT_DIGIT, END -> true;
      };
    }

    @Override
    public void step(int value, Stack below, Closure out) {
      Place next = next((char) value);
      if (next != null) {
        out.add(next, below);
      }
    }

    private Place next(char c) {
      boolean digit = c >= '0' && c <= '9';
      return switch (phase) {
        case START -> c == '-' ? sign() : digit ? whole(c) : null;
        case SIGN -> digit ? whole(c) : null;
        case WHOLE -> c == '.' ? point() : c == 'e' ? exponent() : digit ? whole(c) : null;
        case FRACTION -> c == 'e' && digits > 0 ? exponent() : digit ? fraction(c) : null;
        case EXPONENT -> c == '+' || c == '-' ? at(Phase.EXPONENT_SIGN) : exponentDigit(c);
        case EXPONENT_SIGN -> exponentDigit(c);
        case EXPONENT_DIGIT -> digit ? at(Phase.END) : null;
        case END -> null;
      };
    }

    private Place at(Phase other) {
      return new Place(numeral, other, false, BigInteger.ONE, 0, true);
    }

    private Place exponent() {
      return numeral.bounds.exponents() ? at(Phase.EXPONENT) : null;
    }

    private Place exponentDigit(char c) {
      return c >= '1' && c <= '9' ? at(Phase.EXPONENT_DIGIT) : null;
    }

    private Place sign() {
      return numeral.bounds.any(true)
          ? new Place(numeral, Phase.SIGN, true, BigInteger.ZERO, 0, false)
          : null;
    }

    private BigInteger longer(char c) {
      return value.multiply(BigInteger.TEN).add(BigInteger.valueOf(c - '0'));
    }

    private Place whole(char c) {
      boolean leadingZero = digits == 1 && value.signum() == 0;
      if (leadingZero || digits == numeral.bounds.digits()) {
        return null;
      }
      BigInteger longer = longer(c);
      if (free || numeral.bounds.allWhole(negative, longer, digits + 1)) {
        return new Place(numeral, Phase.WHOLE, negative, BigInteger.ONE, digits + 1, true);
      }
      return numeral.bounds.anyWhole(negative, longer, digits + 1)
          ? new Place(numeral, Phase.WHOLE, negative, longer, digits + 1, false)
          : null;
    }

    private Place point() {
      boolean any =
          numeral.bounds.decimals() > 0 && (free || numeral.bounds.anyFraction(negative, value, 0));
      return any ? new Place(numeral, Phase.FRACTION, negative, value, 0, free) : null;
    }

    private Place fraction(char c) {
      if (digits == numeral.bounds.decimals()) {
        return null;
      }
      BigInteger longer = longer(c);
      if (free || numeral.bounds.allFraction(negative, longer, digits + 1)) {
        return new Place(numeral, Phase.FRACTION, negative, BigInteger.ONE, digits + 1, true);
      }
      return numeral.bounds.anyFraction(negative, longer, digits + 1)
          ? new Place(numeral, Phase.FRACTION, negative, longer, digits + 1, false)
          : null;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place that
          && numeral == that.numeral
          && phase == that.phase
          && negative == that.negative
          && digits == that.digits
          && free == that.free
          && value.equals(that.value);
    }

    @Override
    public int hashCode() {
      return Objects.hash(System.identityHashCode(numeral), phase, negative, value, digits, free);
    }
  }
}
