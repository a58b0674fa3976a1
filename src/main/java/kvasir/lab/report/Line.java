package kvasir.lab.report;

import java.util.List;
import kvasir.measure.Estimate;

/** A series of a plot. */
record Line(String name, List<Dot> dots, LineStyle style) {

  /** The way in which a series is drawn. */
  enum LineStyle {
    /** Marks joined by a line. */
    JOINED,
    /** Marks without a line. */
    MARKS,
    /** A dashed line without marks, for an ideal or a limit. */
    GUIDE
  }

  /**
   * A point with the ends of its interval.
   *
   * @param low lower end of the interval of {@code y}
   * @param high upper end of the interval of {@code y}
   * @param fair false to draw a hollow mark
   * @param label text beside the mark; empty for none
   */
  record Dot(double x, double y, double low, double high, boolean fair, String label) {
    /** Returns a point without an interval. */
    static Dot at(double x, double y) {
      return new Dot(x, y, y, y, true, "");
    }

    /** Returns the point of a measurement's speed. */
    static Dot of(double x, Measurement m) {
      Estimate speed = m.speed();
      return new Dot(x, speed.median(), speed.low(), speed.high(), m.fair(), "");
    }
  }

  /** Returns a series of measurements, with a note in its name if some are unfair. */
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
