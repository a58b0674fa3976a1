package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import kvasir.lab.bench.RankTimes;
import kvasir.lab.experiment.Arm;

/** Section on threads against processes: all layouts of the same processors. */
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

  private static final String INPROCESS = "inprocess";

  private LayoutSection() {}

  /** Returns the plots of an experiment. */
  static Markup of(Study study, Figures figures) {
    List<Markup> parts = new ArrayList<>();
    for (String test : study.tests()) {
      List<Measurement> all = study.of(test);
      parts.add(speeds(study, test, all, figures));
      parts.add(split(study, test, all, figures));
    }
    return Markup.join(parts);
  }

  /** The measurements of threads and of processes in one test, over one transport. */
  private record Pair(String test, Measurement threads, Measurement processes) {
    /**
     * Returns the share of the threads' speed by which processes are slower; negative if they are
     * faster.
     */
    double behind() {
      return 1 - processes.speed().median() / threads.speed().median();
    }

    /** Returns true if the difference is certain: the intervals do not overlap. */
    boolean shown() {
      return threads.speed().differsFrom(processes.speed());
    }

    String transport() {
      return processes.arm().transport();
    }
  }

  /**
   * Returns the answer: the faster of the two, by how much, and the number of tests that show it.
   * Empty if there is nothing to compare.
   */
  static String answer(Study fair) {
    List<Pair> pairs = pairs(fair);
    if (pairs.isEmpty()) {
      return "";
    }
    List<String> transports = pairs.stream().map(Pair::transport).distinct().toList();
    List<Pair> nearest =
        transports.stream()
            .map(name -> over(name, pairs))
            .min(
                Comparator.comparingDouble(
                    over -> over.stream().mapToDouble(Pair::behind).average().orElse(0)))
            .orElseThrow();
    Pair first = nearest.getFirst();
    List<String> each = transports.stream().map(name -> behind(name, over(name, pairs))).toList();
    return "%s. Compared with %s, %s are %s, by the medians."
        .formatted(
            verdict(nearest),
            Phrases.layout(first.threads().arm()),
            Phrases.layout(first.processes().arm()),
            Phrases.and(each));
  }

  private static List<Pair> over(String transport, List<Pair> pairs) {
    return pairs.stream().filter(pair -> pair.transport().equals(transport)).toList();
  }

  /**
   * Returns the verdict from the pairs of the transport on which processes are fastest; only
   * certain differences count.
   */
  private static String verdict(List<Pair> pairs) {
    long slower = pairs.stream().filter(p -> p.shown() && p.behind() > 0).count();
    long faster = pairs.stream().filter(p -> p.shown() && p.behind() < 0).count();
    if (slower > 0 && faster > 0) {
      return "It depends on the work whether threads or processes are faster";
    }
    if (slower + faster == 0) {
      return "Processes are as fast as threads of one process, as far as this can tell";
    }
    String winner = slower > 0 ? "Threads of one process" : "Processes";
    String loser = slower > 0 ? "processes" : "threads of one process";
    return slower + faster == pairs.size()
        ? winner + " are faster than " + loser
        : winner + " are as fast as " + loser + " or faster";
  }

  private static String behind(String transport, List<Pair> pairs) {
    List<Pair> shown = pairs.stream().filter(Pair::shown).toList();
    String where =
        shown.size() == pairs.size() || shown.isEmpty()
            ? ""
            : ": " + Phrases.and(shown.stream().map(p -> Phrases.test(p.test())).toList());
    return "%s over %s (shown in %d of %s%s)"
        .formatted(
            Phrases.behind(
                pairs.stream().mapToDouble(Pair::behind).min().orElseThrow(),
                pairs.stream().mapToDouble(Pair::behind).max().orElseThrow()),
            Phrases.transport(transport),
            shown.size(),
            Numbers.count(pairs.size(), "test"),
            where);
  }

  /**
   * Returns a sentence for each test on the causes of the difference between threads and processes.
   */
  static List<String> reasons(Study fair) {
    List<Pair> pairs = pairs(fair);
    List<String> words = new ArrayList<>();
    for (String test : fair.tests()) {
      pairs.stream()
          .filter(p -> p.test().equals(test))
          .min(Comparator.comparingDouble(Pair::behind))
          .ifPresent(p -> words.add(why(p)));
    }
    return words;
  }

  /**
   * Returns, for each test and transport, the layout with fewest ranks beside the one with most
   * ranks. Ranks in one process are threads, so they are used in place of processes only if there
   * are no others.
   */
  private static List<Pair> pairs(Study fair) {
    int least = fair.arms().stream().mapToInt(Arm::ranks).min().orElse(0);
    int most = fair.measurements().stream().mapToInt(m -> m.arm().ranks()).max().orElse(0);
    boolean real =
        fair.measurements().stream()
            .anyMatch(m -> m.arm().ranks() == most && !m.arm().transport().equals(INPROCESS));
    List<Pair> pairs = new ArrayList<>();
    for (String test : fair.tests()) {
      List<Measurement> all = fair.of(test);
      Optional<Measurement> threads =
          Comparison.best(all.stream().filter(m -> m.arm().ranks() == least).toList());
      List<Measurement> processes =
          all.stream()
              .filter(m -> m.arm().ranks() == most && most > least)
              .filter(m -> !real || !m.arm().transport().equals(INPROCESS))
              .toList();
      threads.ifPresent(one -> processes.forEach(m -> pairs.add(new Pair(test, one, m))));
    }
    return pairs;
  }

  private static String why(Pair pair) {
    return "%s, threads against processes: %s"
        .formatted(
            pair.test(),
            Attribution.between(pair.processes(), pair.threads())
                .map(Attribution::words)
                .orElse("no run says where the time went."));
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
      lines.add(Line.of(series, members, dots, Line.LineStyle.MARKS));
    }
    return figures.add(
        study.name() + "-speed-" + test,
        "Tokens per second by layout, " + test,
        "Bars are 95 % intervals; hollow marks are unfair.",
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

  /** Returns a sentence on the arm with the largest share of communication. */
  private static String most(List<Measurement> all) {
    return all.stream()
        .filter(m -> m.fair() && m.times().isPresent() && m.arm().ranks() > 1)
        .max(Comparator.comparingDouble(m -> MeanTimes.communication(m.times().orElseThrow())))
        .map(
            m ->
                "Most goes to messages in %s: %s of its step."
                    .formatted(
                        m.label(),
                        Numbers.percent(MeanTimes.communication(m.times().orElseThrow()))))
        .orElse("");
  }

  /** Returns a table of the differences of all layouts from the best one. */
  private static Markup gaps(List<Measurement> all) {
    Optional<Measurement> best = Comparison.best(all);
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("slower", "faster", "gap, ms per token"));
    for (Measurement m : all) {
      if (best.isEmpty() || m.equals(best.get()) || !m.fair()) {
        continue;
      }
      Attribution.between(m, best.get())
          .ifPresent(
              a -> {
                List<String> row = new ArrayList<>();
                row.add(a.slow().label());
                row.add(a.fast().label());
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
