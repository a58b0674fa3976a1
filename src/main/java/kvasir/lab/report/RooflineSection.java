package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import kvasir.lab.bench.BenchRow;

/**
 * Section with a roofline plot: the speed of arithmetic over intensity, beside the read limit and
 * the FMA limit.
 */
final class RooflineSection {
  private RooflineSection() {}

  /** Returns the plot of an experiment; empty if no test can be plotted. */
  static Markup of(Study study, Figures figures) {
    List<Measurement> usable = usable(study);
    if (usable.isEmpty()) {
      return Markup.NONE;
    }
    List<Line> lines = new ArrayList<>();
    List<String> labels = usable.stream().map(Measurement::label).distinct().toList();
    for (String label : labels) {
      List<Measurement> members = usable.stream().filter(m -> m.label().equals(label)).toList();
      List<Line.Dot> dots = members.stream().map(RooflineSection::dot).toList();
      lines.add(Line.of(label, members, dots, Line.LineStyle.MARKS));
    }
    for (String label : labels) {
      List<Measurement> members = usable.stream().filter(m -> m.label().equals(label)).toList();
      String name = labels.size() == 1 ? "limits of the machine" : "limits for " + label;
      lines.add(new Line(name, roof(members, usable), Line.LineStyle.GUIDE));
    }
    return figures.add(
        study.name() + "-roofline",
        "Arithmetic over intensity",
        "Left of the corner memory sets the limit, right of it arithmetic. "
            + String.join(" ", words(study.fair())),
        new XyPlot(
            "intensity, FLOP per byte read",
            "GFLOP/s",
            List.of(),
            lines,
            XyPlot.PlotForm.LOG,
            List.of()));
  }

  /** Returns the answer: the limits that bound the smallest and the largest batches. */
  static String answer(Study fair) {
    List<Measurement> usable = usable(fair);
    if (usable.isEmpty()) {
      return "";
    }
    String label = usable.getFirst().label();
    List<Measurement> members = usable.stream().filter(m -> m.label().equals(label)).toList();
    double corner = multiply(members) / read(members);
    Measurement least =
        members.stream().min(Comparator.comparingDouble(RooflineSection::intensity)).orElseThrow();
    Measurement most =
        members.stream().max(Comparator.comparingDouble(RooflineSection::gflops)).orElseThrow();
    List<String> parts = new ArrayList<>();
    if (intensity(least) < corner) {
      parts.add(
          "small batches are bound by reading memory (%s reaches %s of what the machine reads)"
              .formatted(
                  Phrases.test(least.test()),
                  Phrases.percent(least.median(BenchRow::gbPerSecond) / read(members))));
    }
    if (intensity(most) >= corner) {
      parts.add(
          "large ones by arithmetic (%s reaches %s of what it computes)"
              .formatted(
                  Phrases.test(most.test()), Phrases.percent(gflops(most) / multiply(members))));
    }
    return parts.isEmpty() ? "" : Phrases.sentence(String.join(", ", parts)) + ".";
  }

  /**
   * Returns a sentence for each arm on its slowest and its fastest arithmetic, as shares of the
   * limits.
   */
  static List<String> words(Study study) {
    List<String> words = new ArrayList<>();
    List<Measurement> usable = usable(study);
    for (String label : usable.stream().map(Measurement::label).distinct().toList()) {
      List<Measurement> members = usable.stream().filter(m -> m.label().equals(label)).toList();
      Measurement most =
          members.stream().max(Comparator.comparingDouble(RooflineSection::gflops)).orElseThrow();
      Measurement least =
          members.stream()
              .min(Comparator.comparingDouble(RooflineSection::intensity))
              .orElseThrow();
      words.add(
          "%s: %s reads at %s GB/s, %s of the limit; %s computes %s GFLOP/s, %s of the limit. The limits meet at %s FLOP per byte."
              .formatted(
                  label,
                  least.test(),
                  Numbers.of(least.median(BenchRow::gbPerSecond)),
                  Numbers.percent(least.median(BenchRow::gbPerSecond) / read(members)),
                  most.test(),
                  Numbers.of(gflops(most)),
                  Numbers.percent(gflops(most) / multiply(members)),
                  Numbers.of(multiply(members) / read(members))));
    }
    return words;
  }

  private static List<Measurement> usable(Study study) {
    return study.measurements().stream()
        .filter(m -> m.median(BenchRow::gbPerSecond) > 0 && gflops(m) > 0)
        .filter(m -> m.median(BenchRow::readLimit) > 0 && m.median(BenchRow::fmaLimit) > 0)
        .toList();
  }

  private static Line.Dot dot(Measurement m) {
    double y = gflops(m);
    return new Line.Dot(intensity(m), y, y, y, m.fair(), m.test());
  }

  /**
   * Returns the line of the limits: the read limit's slope, then the level FMA limit, from the
   * leftmost point to the rightmost.
   */
  private static List<Line.Dot> roof(List<Measurement> members, List<Measurement> all) {
    double corner = multiply(members) / read(members);
    double left = all.stream().mapToDouble(RooflineSection::intensity).min().orElse(1);
    double right = all.stream().mapToDouble(RooflineSection::intensity).max().orElse(1);
    double from = Math.min(left, corner) / 2;
    double to = Math.max(right, corner) * 2;
    return List.of(
        Line.Dot.at(from, from * read(members)),
        Line.Dot.at(corner, multiply(members)),
        Line.Dot.at(to, multiply(members)));
  }

  private static double intensity(Measurement m) {
    return gflops(m) / m.median(BenchRow::gbPerSecond);
  }

  private static double gflops(Measurement m) {
    return m.median(BenchRow::gflops);
  }

  private static double read(List<Measurement> members) {
    return members.stream().mapToDouble(m -> m.median(BenchRow::readLimit)).max().orElseThrow();
  }

  private static double multiply(List<Measurement> members) {
    return members.stream().mapToDouble(m -> m.median(BenchRow::fmaLimit)).max().orElseThrow();
  }
}
