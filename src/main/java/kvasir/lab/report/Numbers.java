package kvasir.lab.report;

import java.util.Collection;
import java.util.Locale;
import kvasir.measure.Estimate;

/** Formats of numbers for readers, with three or four significant digits. */
final class Numbers {
  private Numbers() {}

  /** Returns a number with a suitable number of digits; {@code unknown} if it is not finite. */
  static String of(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return "unknown";
    }
    if (size == 0) {
      return "0";
    }
    int digits = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Returns a number with its sign, as differences are written. */
  static String signed(double value) {
    return value > 0 ? "+" + of(value) : of(value);
  }

  /** Returns a share in percent, with one decimal. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Returns the median and the interval of an estimate, such as {@code 90.0 [89.0, 91.0]}. */
  static String interval(Estimate estimate) {
    return of(estimate.median()) + " [" + of(estimate.low()) + ", " + of(estimate.high()) + "]";
  }

  /** Returns the mean; 0 for no values. */
  static double mean(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** Returns a number of things, such as {@code 1 rank} or {@code 2 ranks}. */
  static String count(long number, String thing) {
    return count(number, thing, thing + "s");
  }

  /** Returns a number of things, with the word for one or for several. */
  static String count(long number, String one, String several) {
    return number + " " + (number == 1 ? one : several);
  }
}
