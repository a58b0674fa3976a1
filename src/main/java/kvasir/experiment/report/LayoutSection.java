package kvasir.experiment.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import kvasir.bench.RankTimes;
import kvasir.experiment.Arm;

/** Threads against processes: all layouts of the same processors. */
final class LayoutSection {
  private static final List<String> PARTS =
      List.of(
          "compute",
          "idle threads",
          "copies (pack)",
          "merge",
          "transfer",
          "waiting for ranks",
          "garbage collection");

  private LayoutSection() {}

  static Markup of(Study study, Figures figures) {
    List<Markup> parts = new ArrayList<>();
    for (String test : study.tests()) {
      List<Measurement> all = study.of(test);
      parts.add(speeds(study, test, all, figures));
      parts.add(split(study, test, all, figures));
    }
    return Markup.join(parts);
  }

  /** Threads and processes of one test, each by their fastest arm. */
  private record Pair(String test, Measurement threads, Measurement processes) {
    /** Share of the threads' speed that processes miss; below 0 they are faster. */
    double behind() {
      return 1 - processes.speed().median() / threads.speed().median();
    }
  }

  /** The best layout of each test, and why threads and processes differ. */
  static List<String> words(Study study) {
    List<Pair> pairs = pairs(study);
    List<String> words = new ArrayList<>();
    if (!pairs.isEmpty()) {
      words.add(verdict(pairs));
    }
    for (String test : study.tests()) {
      words.addAll(Comparison.bestWords(test, study.of(test)));
      pairs.stream().filter(p -> p.test().equals(test)).forEach(p -> words.add(why(p)));
    }
    return words;
  }

  private static List<Pair> pairs(Study study) {
    List<Pair> pairs = new ArrayList<>();
    for (String test : study.tests()) {
      List<Measurement> all = study.of(test);
      Optional<Measurement> threads = extreme(all, Comparator.comparingInt(Arm::ranks));
      Optional<Measurement> processes =
          extreme(all, Comparator.comparingInt(Arm::ranks).reversed());
      if (threads.isPresent()
          && processes.isPresent()
          && threads.get().arm().ranks() != processes.get().arm().ranks()) {
        pairs.add(new Pair(test, threads.get(), processes.get()));
      }
    }
    return pairs;
  }

  /** The answer over all tests. */
  private static String verdict(List<Pair> pairs) {
    long threads = pairs.stream().filter(p -> p.behind() > 0).count();
    long sure =
        pairs.stream().filter(p -> p.threads().speed().differsFrom(p.processes().speed())).count();
    double least = pairs.stream().mapToDouble(Pair::behind).min().orElseThrow();
    double most = pairs.stream().mapToDouble(Pair::behind).max().orElseThrow();
    return "Threads of one process are faster in %d of %d tests; the best of the processes are %s to %s behind (below 0: ahead), and in %d the intervals do not overlap."
        .formatted(threads, pairs.size(), Numbers.percent(least), Numbers.percent(most), sure);
  }

  private static String why(Pair pair) {
    return "%s, threads against processes: %s"
        .formatted(
            pair.test(),
            Attribution.between(pair.processes(), pair.threads())
                .map(Attribution::words)
                .orElse("no run says where the time went."));
  }

  /** The fastest of the arms that come first in an order. */
  private static Optional<Measurement> extreme(List<Measurement> all, Comparator<Arm> order) {
    boolean anyFair = all.stream().anyMatch(Measurement::fair);
    List<Measurement> usable = all.stream().filter(m -> m.fair() || !anyFair).toList();
    return usable.stream()
        .map(Measurement::arm)
        .min(order)
        .flatMap(
            end ->
                Comparison.best(
                    usable.stream().filter(m -> m.arm().ranks() == end.ranks()).toList()));
  }

  private static Markup speeds(Study study, String test, List<Measurement> all, Figures figures) {
    List<String> layouts = all.stream().map(m -> ArmLabels.layout(m.arm())).distinct().toList();
    List<Line> lines = new ArrayList<>();
    for (String series : all.stream().map(m -> series(m, study)).distinct().toList()) {
      List<Measurement> members =
          all.stream().filter(m -> series(m, study).equals(series)).toList();
      List<Line.Dot> dots =
          members.stream()
              .map(m -> Line.Dot.of(layouts.indexOf(ArmLabels.layout(m.arm())), m))
              .toList();
      lines.add(Line.of(series, members, dots, Line.Style.MARKS));
    }
    String best = String.join(" ", Comparison.bestWords(test, all));
    return figures.add(
        study.name() + "-speed-" + test,
        "Tokens per second by layout, " + test,
        best + " Bars are 95 % intervals; hollow marks are unfair.",
        XyPlot.over(layouts, "ranks × threads of each", "tokens/s", lines));
  }

  private static String series(Measurement m, Study study) {
    String transport = m.arm().ranks() == 1 ? "one rank" : m.arm().transport();
    return (transport + " " + ArmLabels.rest(m.arm(), study.arms())).strip();
  }

  private static Markup split(Study study, String test, List<Measurement> all, Figures figures) {
    List<BarPlot.Bar> bars = new ArrayList<>();
    for (Measurement m : all) {
      m.times().ifPresent(t -> bars.add(new BarPlot.Bar(m.label() + m.mark(), values(t), true)));
    }
    if (bars.isEmpty()) {
      return Markup.NONE;
    }
    Markup figure =
        figures.add(
            study.name() + "-time-" + test,
            "Where the time goes, " + test,
            "Milliseconds per token, mean over ranks and starts; parts add up to the step. "
                + most(all),
            new BarPlot("ms per token", PARTS, bars, true, 0));
    return Markup.join(figure, gaps(all));
  }

  private static List<Double> values(RankTimes t) {
    return List.of(t.compute(), t.idle(), t.pack(), t.merge(), t.transfer(), t.waiting(), t.gc());
  }

  /** Names the arm that communicates most. */
  private static String most(List<Measurement> all) {
    return all.stream()
        .filter(m -> m.times().isPresent() && m.arm().ranks() > 1)
        .max(Comparator.comparingDouble(m -> Times.communication(m.times().orElseThrow())))
        .map(
            m ->
                "Most goes to messages in %s: %s of its step."
                    .formatted(
                        m.label(), Numbers.percent(Times.communication(m.times().orElseThrow()))))
        .orElse("");
  }

  /** Differences of all layouts from the best one. */
  private static Markup gaps(List<Measurement> all) {
    Optional<Measurement> best = Comparison.best(all);
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("slower", "faster", "gap, ms per token"));
    for (Measurement m : all) {
      if (best.isEmpty() || m.equals(best.get())) {
        continue;
      }
      Attribution.between(m, best.get())
          .ifPresent(
              a -> {
                List<String> row = new ArrayList<>();
                row.add(a.slow().label() + a.slow().mark());
                row.add(a.fast().label() + a.fast().mark());
                row.add(Numbers.of(a.gap()));
                a.parts().forEach(p -> row.add(Numbers.signed(p.millis())));
                if (header.size() < row.size()) {
                  a.parts().forEach(p -> header.add(p.name()));
                }
                rows.add(row);
              });
    }
    return rows.isEmpty() ? Markup.NONE : Markup.table(header, rows);
  }
}
