package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import kvasir.measure.Estimate;

/** Sentences that compare the speed of measurements and say if the difference is certain. */
final class Comparison {
  private Comparison() {}

  /** Returns the fastest fair measurement; empty if none is fair. */
  static Optional<Measurement> best(List<Measurement> measurements) {
    return measurements.stream()
        .filter(Measurement::fair)
        .max(Comparator.comparingDouble(m -> m.speed().median()));
  }

  /**
   * Returns a sentence with the fastest measurement of a test and the next one; empty if none is
   * fair.
   */
  static List<String> bestWords(String test, List<Measurement> measurements) {
    List<String> words = new ArrayList<>();
    Optional<Measurement> best = best(measurements);
    if (best.isEmpty()) {
      return words;
    }
    Measurement first = best.get();
    List<Measurement> others = measurements.stream().filter(m -> !m.equals(first)).toList();
    words.add(
        test
            + ": best is "
            + first.label()
            + " with "
            + Numbers.interval(first.speed())
            + " tokens/s"
            + best(others).map(next -> "; " + slower(next, first)).orElse("")
            + ".");
    return words;
  }

  /**
   * Returns a comparison such as {@code 2×1 native is 10.0 % slower than 1×2 (90.0 [89.0, 91.0]
   * against ...)}.
   */
  static String slower(Measurement one, Measurement other) {
    Estimate a = one.speed();
    Estimate b = other.speed();
    if (a.median() > b.median()) {
      return slower(other, one);
    }
    String sure =
        a.differsFrom(b)
            ? "the intervals do not overlap: by "
                + Numbers.percent(1 - a.high() / b.low())
                + " to "
                + Numbers.percent(1 - a.low() / b.high())
                + " between their ends"
            : "the intervals overlap: no difference is shown";
    return one.label()
        + " is "
        + Numbers.percent(1 - a.median() / b.median())
        + " slower than "
        + other.label()
        + " ("
        + Numbers.interval(a)
        + " against "
        + Numbers.interval(b)
        + " tokens/s; "
        + sure
        + ")";
  }
}
