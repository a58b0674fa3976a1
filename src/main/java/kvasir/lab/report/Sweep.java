package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Curves over one thing that arms or tests differ in.
 *
 * @param at its value, as the axis names it
 * @param order of the values
 * @param series that a measurement belongs to
 */
record Sweep(
    Function<Measurement, String> at,
    Comparator<Measurement> order,
    Function<Measurement, String> series) {

  List<String> places(List<Measurement> measurements) {
    return measurements.stream().sorted(order).map(at).distinct().toList();
  }

  /**
   * A line for each series.
   *
   * @param dot of a measurement at a place on the axis
   */
  List<Line> lines(List<Measurement> measurements, BiFunction<Double, Measurement, Line.Dot> dot) {
    return lines(measurements, places(measurements), dot);
  }

  /**
   * Marks that no line joins: places of the axis have no order.
   *
   * @param dot of a measurement at a place on the axis
   */
  List<Line> marks(List<Measurement> measurements, BiFunction<Double, Measurement, Line.Dot> dot) {
    return lines(measurements, dot).stream()
        .map(line -> new Line(line.name(), line.dots(), Line.LineStyle.MARKS))
        .toList();
  }

  /**
   * The same over an axis that has other places too.
   *
   * @param places contain those of the measurements
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
          members.stream().map(m -> dot.apply((double) places.indexOf(at.apply(m)), m)).toList();
      lines.add(Line.of(name, members, dots, Line.LineStyle.JOINED));
    }
    return lines;
  }
}
