package kvasir.lab.report;

import java.util.Collection;
import java.util.Locale;
import kvasir.measure.Estimate;

/** Numbers as readers want them: three or four digits that matter. */
final class Numbers {
  private Numbers() {}

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

  /** With a sign, as differences are written. */
  static String signed(double value) {
    return value > 0 ? "+" + of(value) : of(value);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** {@code 90.0 [89.0, 91.0]}. */
  static String interval(Estimate estimate) {
    return of(estimate.median()) + " [" + of(estimate.low()) + ", " + of(estimate.high()) + "]";
  }

  static double mean(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  /** {@code 1 rank}, {@code 2 ranks}. */
  static String count(long number, String thing) {
    return count(number, thing, thing + "s");
  }

  static String count(long number, String one, String several) {
    return number + " " + (number == 1 ? one : several);
  }
}
