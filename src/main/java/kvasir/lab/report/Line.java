package kvasir.lab.report;

import java.util.List;
import kvasir.measure.Estimate;

/** A series of a plot. */
record Line(String name, List<Dot> dots, LineStyle style) {

  /** How a series is drawn. */
  enum LineStyle {
    /** Marks that a line joins. */
    JOINED,
    /** Marks alone. */
    MARKS,
    /** A dashed line without marks: what would be ideal, or cannot be passed. */
    GUIDE
  }

  /**
   * A point with the ends of its interval.
   *
   * @param fair false gives a hollow mark
   * @param label beside the mark; empty for none
   */
  record Dot(double x, double y, double low, double high, boolean fair, String label) {
    static Dot at(double x, double y) {
      return new Dot(x, y, y, y, true, "");
    }

    static Dot of(double x, Measurement m) {
      Estimate speed = m.speed();
      return new Dot(x, speed.median(), speed.low(), speed.high(), m.fair(), "");
    }
  }

  /** A series of measurements, whose name says which of them are unfair. */
  static Line of(String name, List<Measurement> measurements, List<Dot> dots, LineStyle style) {
    List<String> reasons =
        measurements.stream().flatMap(m -> m.unfair().stream()).distinct().toList();
    if (reasons.isEmpty()) {
      return new Line(name, dots, style);
    }
    boolean all = measurements.stream().noneMatch(Measurement::fair);
    String mark = (all ? " (unfair: " : " (hollow: unfair, ") + String.join("; ", reasons) + ")";
    return new Line(name + mark, dots, style);
  }
}
