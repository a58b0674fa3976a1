package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Curves over one property in which arms or tests differ.
 *
 * @param place value of the property, as it is named on the axis
 * @param order order of the values
 * @param series name of the series of a measurement
 */
record Sweep(
    Function<Measurement, String> place,
    Comparator<Measurement> order,
    Function<Measurement, String> series) {

  /** Returns the values of measurements in their order, each once. */
  List<String> places(List<Measurement> measurements) {
    return measurements.stream().sorted(order).map(place).distinct().toList();
  }

  /**
   * Returns a line for each series.
   *
   * @param dot returns the point of a measurement at a place on the axis
   */
  List<Line> lines(List<Measurement> measurements, BiFunction<Double, Measurement, Line.Dot> dot) {
    return lines(measurements, places(measurements), dot);
  }

  /**
   * Returns a series of marks without lines, for places without an order.
   *
   * @param dot returns the point of a measurement at a place on the axis
   */
  List<Line> marks(List<Measurement> measurements, BiFunction<Double, Measurement, Line.Dot> dot) {
    return lines(measurements, dot).stream()
        .map(line -> new Line(line.name(), line.dots(), Line.LineStyle.MARKS))
        .toList();
  }

  /**
   * Returns a line for each series, over an axis that has other places too.
   *
   * @param places all places of the axis, including those of the measurements
   * @param dot returns the point of a measurement at a place on the axis
   */
  List<Line> lines(
      List<Measurement> measurements,
      List<String> places,
      BiFunction<Double, Measurement, Line.Dot> dot) {
    List<Line> lines = new ArrayList<>();
    for (String name : measurements.stream().map(series).distinct().toList()) {
      Predicate<Measurement> belongs = m -> series.apply(m).equals(name);
      List<Measurement> members = measurements.stream().filter(belongs).sorted(order).toList();
      List<Line.Dot> dots =
          members.stream().map(m -> dot.apply((double) places.indexOf(place.apply(m)), m)).toList();
      lines.add(Line.of(name, members, dots, Line.LineStyle.JOINED));
    }
    return lines;
  }
}
