package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import kvasir.lab.bench.LatencyNames;
import kvasir.lab.bench.LoadTest;
import kvasir.measure.Percentiles;

/** Section on throughput and latency by the number of requests that run at a time. */
final class LoadSection {
  private static final Sweep BY_CONCURRENCY =
      new Sweep(
          m -> String.valueOf(concurrency(m)),
          Comparator.comparingInt(LoadSection::concurrency),
          Measurement::label);

  private LoadSection() {}

  /** Returns the plots of tokens per second and of latencies, and a table of all percentiles. */
  static Markup of(Study study, Figures figures) {
    List<Measurement> all = loads(study);
    if (all.isEmpty()) {
      return Markup.NONE;
    }
    List<Markup> parts = new ArrayList<>();
    parts.add(
        figures.add(
            study.name() + "-throughput",
            "Generated tokens per second of all requests together",
            "Bars are 95 % intervals.",
            plot(all, "tokens/s", BY_CONCURRENCY.lines(all, Line.Dot::of))));
    parts.add(latency(study, figures, "first token", LatencyNames.FIRST_TOKEN));
    parts.add(latency(study, figures, "time between tokens", LatencyNames.BETWEEN_TOKENS));
    parts.add(table(all));
    return Markup.join(parts);
  }

  private static XyPlot plot(List<Measurement> all, String yLabel, List<Line> lines) {
    return XyPlot.over(BY_CONCURRENCY.places(all), "requests at a time", yLabel, lines);
  }

  /** Returns the plots of the median and of the 99th percentile of a latency. */
  private static Markup latency(Study study, Figures figures, String words, String name) {
    return Markup.join(
        latency(study, figures, words + ", median", name, "p50", Percentiles::p50),
        latency(study, figures, words + ", 99th percentile", name, "p99", Percentiles::p99));
  }

  private static Markup latency(
      Study study,
      Figures figures,
      String words,
      String name,
      String part,
      ToDoubleFunction<Percentiles> percentile) {
    List<Measurement> all = loads(study);
    List<Line> lines =
        BY_CONCURRENCY.lines(
            all,
            (x, m) -> {
              double y = millis(m, name, percentile);
              return new Line.Dot(x, y, y, y, m.fair(), "");
            });
    return figures.add(
        study.name() + "-" + name + "-" + part,
        Phrases.sentence(words),
        "Median over starts; lower is better.",
        plot(all, "ms", lines));
  }

  private static Markup table(List<Measurement> all) {
    return Markup.table(
        List.of(
            "arm",
            "requests at a time",
            "first token p50 ms",
            "p95",
            "p99",
            "between tokens p50 ms",
            "p95",
            "p99"),
        all.stream().map(LoadSection::row).toList());
  }

  private static List<String> row(Measurement m) {
    List<String> row = new ArrayList<>(List.of(m.label(), String.valueOf(concurrency(m))));
    for (String name : List.of(LatencyNames.FIRST_TOKEN, LatencyNames.BETWEEN_TOKENS)) {
      row.add(Numbers.of(millis(m, name, Percentiles::p50)));
      row.add(Numbers.of(millis(m, name, Percentiles::p95)));
      row.add(Numbers.of(millis(m, name, Percentiles::p99)));
    }
    return row;
  }

  /**
   * Returns the answer on the fewest and on the most requests at a time: the fastest layout, and
   * for the most requests its latencies.
   */
  static String answer(Study fair) {
    IntSummaryStatistics counts =
        loads(fair).stream().mapToInt(LoadSection::concurrency).summaryStatistics();
    List<String> sentences = new ArrayList<>();
    int[] ends = {counts.getMin(), counts.getMax()};
    for (int i = counts.getMin() == counts.getMax() ? 1 : 0; i < ends.length; i++) {
      String best = SweepSections.bestAnswer(at(fair, ends[i]));
      if (!best.isEmpty()) {
        sentences.add(best);
      }
    }
    fastest(fair, counts.getMax()).map(m -> latencies(m) + ".").ifPresent(sentences::add);
    return String.join(" ", sentences);
  }

  /** Returns sentences on each number of requests. */
  static List<String> words(Study fair) {
    List<String> words = new ArrayList<>();
    loads(fair).stream()
        .mapToInt(LoadSection::concurrency)
        .distinct()
        .sorted()
        .forEach(
            count -> {
              words.addAll(SweepSections.bestWords(at(fair, count)));
              fastest(fair, count).map(m -> latencies(m) + ".").ifPresent(words::add);
            });
    return words;
  }

  /** Returns words on the latencies of a measurement, without a full stop. */
  private static String latencies(Measurement m) {
    return "With %s at a time on %s, half of the first tokens come within %s ms, and 99 %% of the others within %s ms of the one before"
        .formatted(
            Numbers.count(concurrency(m), "request"),
            m.label(),
            Numbers.of(millis(m, LatencyNames.FIRST_TOKEN, Percentiles::p50)),
            Numbers.of(millis(m, LatencyNames.BETWEEN_TOKENS, Percentiles::p99)));
  }

  private static Optional<Measurement> fastest(Study study, int count) {
    return Comparison.best(at(study, count).measurements());
  }

  /** Returns a study with the measurements of one number of requests. */
  private static Study at(Study study, int count) {
    return new Study(
        study.definition(),
        study.arms(),
        study.runs(),
        study.labels(),
        loads(study).stream().filter(m -> concurrency(m) == count).toList());
  }

  private static double millis(
      Measurement m, String name, ToDoubleFunction<Percentiles> percentile) {
    return m.latency(name, percentile).orElse(Double.NaN);
  }

  private static List<Measurement> loads(Study study) {
    return study.measurements().stream().filter(m -> LoadTest.of(m.test()).isPresent()).toList();
  }

  private static int concurrency(Measurement m) {
    return LoadTest.of(m.test()).map(LoadTest::concurrency).orElse(0);
  }
}
