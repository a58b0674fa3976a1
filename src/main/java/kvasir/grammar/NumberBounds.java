package kvasir.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;

/**
 * Bounds of decimal numbers with a largest number of digits. Numbers are counted in units of the
 * last decimal.
 *
 * @param low least number
 * @param high largest number
 * @param step number whose multiples fit
 * @param digits largest number of digits before the point
 * @param decimals largest number of digits behind it
 * @param exponents whether a number may have an exponent; then there are no bounds
 */
record NumberBounds(
    BigInteger low, BigInteger high, BigInteger step, int digits, int decimals, boolean exponents) {
  /** Digits that a double holds exactly. */
  private static final int EXACT = 15;

  /** Decimals of numbers with bounds that need fewer. */
  private static final int USUAL_DECIMALS = 6;

  /** Bounds of all integers. */
  static final NumberBounds INTEGERS = of(true, new Range(null, false, null, false), List.of());

  /** Bounds of all numbers. */
  static final NumberBounds NUMBERS = of(false, new Range(null, false, null, false), List.of());

  /**
   * Bounds as a schema gives them; null for none.
   *
   * @param above whether numbers must be larger than {@code low}
   * @param below whether numbers must be less than {@code high}
   */
  record Range(BigDecimal low, boolean above, BigDecimal high, boolean below) {
    /** Returns whether all numbers of this range are less than those of another one. */
    boolean endsBefore(Range other) {
      int order = high == null || other.low == null ? 1 : high.compareTo(other.low);
      return order < 0 || (order == 0 && (below || other.above));
    }
  }

  /**
   * Returns bounds.
   *
   * @param steps numbers whose multiples fit, all positive
   */
  static NumberBounds of(boolean integers, Range range, List<BigDecimal> steps) {
    boolean free = range.low == null && range.high == null && steps.isEmpty();
    int digits =
        Math.max(Math.max(digits(range.low), digits(range.high)), integers || free ? EXACT : 9);
    for (BigDecimal step : steps) {
      digits = Math.max(digits, digits(step) + 1);
    }
    int decimals = integers ? 0 : decimals(range, steps, free, digits);
    BigInteger end = BigInteger.TEN.pow(digits + decimals);
    BigInteger low = end.negate().add(BigInteger.ONE);
    BigInteger high = end.subtract(BigInteger.ONE);
    if (range.low != null) {
      BigInteger least = units(range.low, decimals, RoundingMode.CEILING);
      boolean equal = range.above && isWhole(range.low, decimals);
      low = low.max(equal ? least.add(BigInteger.ONE) : least);
    }
    if (range.high != null) {
      BigInteger largest = units(range.high, decimals, RoundingMode.FLOOR);
      boolean equal = range.below && isWhole(range.high, decimals);
      high = high.min(equal ? largest.subtract(BigInteger.ONE) : largest);
    }
    BigInteger step = BigInteger.ONE;
    for (BigDecimal each : steps) {
      step = commonMultiple(step, unitStep(each, decimals));
    }
    return new NumberBounds(low, high, step, digits, decimals, free && !integers);
  }

  private static int digits(BigDecimal number) {
    return number == null ? 0 : Math.max(1, number.precision() - number.scale());
  }

  private static int scale(BigDecimal number) {
    return number == null ? 0 : Math.max(0, number.scale());
  }

  private static int decimals(Range range, List<BigDecimal> steps, boolean free, int digits) {
    if (free) {
      return EXACT;
    }
    if (!steps.isEmpty()) {
      return steps.stream().mapToInt(NumberBounds::scale).max().orElse(0);
    }
    int needed = Math.max(scale(range.low), scale(range.high));
    // With more digits than a double has, a number below a bound could be rounded up to it.
    return Math.max(needed, Math.max(1, Math.min(USUAL_DECIMALS, EXACT - digits)));
  }

  private static BigInteger units(BigDecimal number, int decimals, RoundingMode mode) {
    return number.movePointRight(decimals).setScale(0, mode).toBigIntegerExact();
  }

  private static boolean isWhole(BigDecimal number, int decimals) {
    return number.stripTrailingZeros().scale() <= decimals;
  }

  /** Returns the least number of units that is a multiple of a number. */
  private static BigInteger unitStep(BigDecimal number, int decimals) {
    int scale = scale(number);
    BigInteger whole =
        number.movePointRight(scale).toBigIntegerExact().multiply(BigInteger.TEN.pow(decimals));
    return whole.divide(whole.gcd(BigInteger.TEN.pow(scale)));
  }

  private static BigInteger commonMultiple(BigInteger one, BigInteger other) {
    return one.divide(one.gcd(other)).multiply(other);
  }

  private BigInteger least(boolean negative) {
    return negative ? high.negate().max(BigInteger.ONE) : low.max(BigInteger.ZERO);
  }

  private BigInteger largest(boolean negative) {
    return negative ? low.negate() : high;
  }

  /** Returns whether a number of one sign fits; 0 has no sign. */
  boolean any(boolean negative) {
    return any(negative, BigInteger.ZERO, BigInteger.TEN.pow(digits + decimals));
  }

  /** Returns whether a number of {@code from} units or more, less than {@code to}, fits. */
  private boolean any(boolean negative, BigInteger from, BigInteger to) {
    BigInteger first = from.max(least(negative));
    BigInteger last = to.subtract(BigInteger.ONE).min(largest(negative));
    return first.compareTo(last) <= 0 && last.divide(step).multiply(step).compareTo(first) >= 0;
  }

  private boolean all(boolean negative, BigInteger from, BigInteger to) {
    return step.equals(BigInteger.ONE)
        && from.compareTo(least(negative)) >= 0
        && to.compareTo(largest(negative)) <= 0;
  }

  private static BigInteger tens(int power) {
    return BigInteger.TEN.pow(power);
  }

  /** Returns whether a number without a fraction fits. */
  boolean whole(boolean negative, BigInteger value) {
    return fraction(negative, value, 0);
  }

  /** Returns whether a number fits of which the last {@code places} digits are decimals. */
  boolean fraction(boolean negative, BigInteger value, int places) {
    BigInteger units = value.multiply(tens(decimals - places));
    return any(negative, units, units.add(BigInteger.ONE));
  }

  /** Returns whether a number fits that begins with some digits before the point. */
  boolean anyWhole(boolean negative, BigInteger value, int read) {
    int more = value.signum() == 0 ? 0 : digits - read;
    for (int i = 0; i <= more; i++) {
      BigInteger scale = tens(i + decimals);
      if (any(negative, value.multiply(scale), value.add(BigInteger.ONE).multiply(scale))) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether all numbers fit that begin with some digits before the point. */
  boolean allWhole(boolean negative, BigInteger value, int read) {
    BigInteger end = value.add(BigInteger.ONE).multiply(tens(digits - read + decimals));
    return value.signum() != 0 && all(negative, value.multiply(tens(decimals)), end);
  }

  /**
   * Returns whether a number fits that begins with some digits, {@code places} of them decimals.
   */
  boolean anyFraction(boolean negative, BigInteger value, int places) {
    BigInteger scale = tens(decimals - places);
    return any(negative, value.multiply(scale), value.add(BigInteger.ONE).multiply(scale));
  }

  /** Returns whether all numbers fit that begin with some digits. */
  boolean allFraction(boolean negative, BigInteger value, int places) {
    BigInteger scale = tens(decimals - places);
    return all(negative, value.multiply(scale), value.add(BigInteger.ONE).multiply(scale));
  }
}
