package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ExperimentKind;
import kvasir.measure.Estimate;

/**
 * Section on scaling: the speed on increasing numbers of ranks and threads, relative to the
 * smallest layout.
 */
final class ScalingSection {
  private ScalingSection() {}

  /** A curve, whose points begin with the smallest layout. */
  private record Curve(String name, List<Measurement> points) {
    Measurement base() {
      return points.getFirst();
    }

    Measurement last() {
      return points.getLast();
    }

    /** Returns the speed of the last point relative to that of the first. */
    double ratio() {
      return last().speed().median() / base().speed().median();
    }
  }

  static Markup of(Study study, Figures figures) {
    List<Markup> parts = new ArrayList<>();
    for (String problem : problems(study)) {
      List<Curve> curves = curves(study, problem);
      if (study.is(ExperimentKind.WEAK_SCALING)) {
        parts.add(weak(study, problem, curves, figures));
      } else {
        parts.add(speedUp(study, problem, curves, figures));
        parts.add(efficiency(study, problem, curves, figures));
      }
    }
    return Markup.join(parts);
  }

  private static Markup weak(Study study, String problem, List<Curve> curves, Figures figures) {
    return figures.add(
        study.name() + "-weak-" + problem,
        "Time per token relative to one worker, " + problem,
        "Flat is ideal: each worker has the same number of tokens in the cache.",
        plot(study, curves, "time per token, relative", Relative.TIME));
  }

  private static Markup speedUp(Study study, String problem, List<Curve> curves, Figures figures) {
    return figures.add(
        study.name() + "-speed-up-" + problem,
        "Speed-up, " + problem,
        "Bands are 95 % intervals, the dashed line is ideal.",
        plot(study, curves, "speed-up", Relative.SPEED_UP));
  }

  private static Markup efficiency(
      Study study, String problem, List<Curve> curves, Figures figures) {
    return figures.add(
        study.name() + "-efficiency-" + problem,
        "Efficiency, " + problem,
        "Speed-up over what is ideal; 1 is perfect.",
        plot(study, curves, "efficiency", Relative.EFFICIENCY));
  }

  /**
   * Returns the answer: the speed-up with most workers, for each kind of worker over all problems.
   */
  static String answer(Study fair) {
    Map<String, List<Curve>> byName = new LinkedHashMap<>();
    for (String problem : problems(fair)) {
      for (Curve curve : curves(fair, problem)) {
        if (!curve.base().equals(curve.last())) {
          byName.computeIfAbsent(curve.name(), name -> new ArrayList<>()).add(curve);
        }
      }
    }
    if (byName.isEmpty()) {
      return "";
    }
    return fair.is(ExperimentKind.WEAK_SCALING)
        ? weakAnswer(byName, fair)
        : strongAnswer(byName, fair);
  }

  private static String strongAnswer(Map<String, List<Curve>> byName, Study fair) {
    return grown(byName, fair, "the same work runs ", "times as fast")
        + " As many times as there are workers would be ideal.";
  }

  private static String weakAnswer(Map<String, List<Curve>> byName, Study fair) {
    double most =
        byName.values().stream()
            .flatMap(List::stream)
            .mapToDouble(curve -> 1 / curve.ratio())
            .max()
            .orElseThrow();
    String verdict =
        most <= 1
            ? "A token takes no longer when the context grows with the workers. "
            : "A token takes up to %s longer when the context grows with the workers. "
                .formatted(Phrases.percent(most - 1));
    return verdict
        + grown(byName, fair, "and as much more context a token takes ", "times as long");
  }

  /**
   * Returns a sentence such as {@code With 2 workers in place of 1 ... 1.9 times as fast on threads
   * of one process, ...}.
   */
  private static String grown(
      Map<String, List<Curve>> byName, Study fair, String what, String times) {
    Map<String, List<String>> bySize = new LinkedHashMap<>();
    byName.forEach(
        (name, curves) -> {
          Curve curve = curves.getFirst();
          String size =
              "With %d workers in place of %d "
                  .formatted(
                      Math.round(size(curve.last().arm(), fair)),
                      Math.round(size(curve.base().arm(), fair)));
          bySize
              .computeIfAbsent(size, s -> new ArrayList<>())
              .add(
                  "%s %s with %s"
                      .formatted(ratios(curves, fair), times, worker(name, curve, byName)));
        });
    List<String> sentences = new ArrayList<>();
    bySize.forEach((size, each) -> sentences.add(size + what + Phrases.and(each) + "."));
    return String.join(" ", sentences);
  }

  private static String ratios(List<Curve> curves, Study study) {
    boolean time = study.is(ExperimentKind.WEAK_SCALING);
    double[] all =
        curves.stream().mapToDouble(c -> time ? 1 / c.ratio() : c.ratio()).sorted().toArray();
    return Phrases.range(all[0], all[all.length - 1]);
  }

  /**
   * Returns the kind of workers in plain words, or the curve's name if several curves have that
   * kind.
   */
  private static String worker(String name, Curve curve, Map<String, List<Curve>> byName) {
    String plain = worker(curve);
    long alike = byName.values().stream().filter(c -> worker(c.getFirst()).equals(plain)).count();
    return alike == 1 ? plain : name;
  }

  private static String worker(Curve curve) {
    Arm arm = curve.last().arm();
    if (arm.ranks() == 1) {
      return "threads of one process";
    }
    return arm.transport().equals("inprocess")
        ? "ranks inside one process"
        : "processes over " + Phrases.transport(arm.transport());
  }

  /** Returns sentences on the last point of each curve. */
  static List<String> words(Study study) {
    return problems(study).stream().flatMap(problem -> words(study, problem).stream()).toList();
  }

  private static List<String> problems(Study study) {
    return study.measurements().stream().map(m -> test(m, study)).distinct().toList();
  }

  private static List<String> words(Study study, String problem) {
    List<String> words = new ArrayList<>();
    for (Curve curve : curves(study, problem)) {
      Measurement base = curve.base();
      Measurement last = curve.last();
      if (base.equals(last)) {
        words.add(
            "%s, %s: only %s is measured, with %s tokens/s."
                .formatted(problem, curve.name(), base.label(), Numbers.interval(base.speed())));
        continue;
      }
      double ratio = curve.ratio();
      double more = size(last.arm(), study) / size(base.arm(), study);
      words.add(
          study.is(ExperimentKind.WEAK_SCALING)
              ? "%s, %s: %s takes %s times the time per token of %s."
                  .formatted(
                      problem, curve.name(), last.label(), Numbers.of(1 / ratio), base.label())
              : "%s, %s: %s is %s times as fast as %s, an efficiency of %s (%s)."
                  .formatted(
                      problem,
                      curve.name(),
                      last.label(),
                      Numbers.of(ratio),
                      base.label(),
                      Numbers.percent(ratio / more),
                      last.speed().differsFrom(base.speed())
                          ? "the intervals do not overlap"
                          : "the intervals overlap: no difference is shown"));
    }
    return words;
  }

  /** The quantity of a point, relative to the base of its curve. */
  private enum Relative {
    TIME,
    SPEED_UP,
    EFFICIENCY;

    /**
     * Returns the point of a measurement. The ends of its interval are swapped for times, since a
     * larger speed is a smaller time.
     */
    Line.Dot dot(double x, double more, Measurement m, double base) {
      Estimate s = m.speed();
      if (this == TIME) {
        return new Line.Dot(x, base / s.median(), base / s.high(), base / s.low(), m.fair(), "");
      }
      double by = this == SPEED_UP ? base : base * more;
      return new Line.Dot(x, s.median() / by, s.low() / by, s.high() / by, m.fair(), "");
    }

    double ideal(double more) {
      return this == SPEED_UP ? more : 1;
    }
  }

  private static XyPlot plot(Study study, List<Curve> curves, String yLabel, Relative relative) {
    List<Line> lines = new ArrayList<>();
    TreeSet<Double> sizes = new TreeSet<>();
    for (Curve curve : curves) {
      double base = size(curve.base().arm(), study);
      List<Line.Dot> dots = new ArrayList<>();
      for (Measurement m : curve.points()) {
        double x = size(m.arm(), study);
        sizes.add(x);
        dots.add(relative.dot(x, x / base, m, curve.base().speed().median()));
      }
      lines.add(Line.of(curve.name(), curve.points(), dots, Line.LineStyle.JOINED));
    }
    List<Line.Dot> ideal =
        List.of(sizes.first(), sizes.last()).stream()
            .map(x -> Line.Dot.at(x, relative.ideal(x / sizes.first())))
            .toList();
    lines.add(new Line("ideal", ideal, Line.LineStyle.GUIDE));
    String xLabel = byRanks(study) ? "ranks" : "processors (ranks × threads of each)";
    return new XyPlot(xLabel, yLabel, List.of(), lines, XyPlot.PlotForm.BANDS, List.of());
  }

  private static double size(Arm arm, Study study) {
    return byRanks(study) ? arm.ranks() : workers(arm);
  }

  private static int workers(Arm arm) {
    return arm.ranks() * arm.threads();
  }

  /**
   * Returns true if all arms use the same number of processors, so that only the number of ranks
   * grows.
   */
  private static boolean byRanks(Study study) {
    return study.arms().stream().map(a -> a.ranks() * a.threads()).distinct().count() == 1;
  }

  /**
   * Returns a curve for one rank with increasing threads, and one for increasing ranks for each
   * transport and number of threads. The latter begin with the single rank with as many threads.
   */
  private static List<Curve> curves(Study study, String problem) {
    List<Measurement> all =
        study.measurements().stream().filter(m -> test(m, study).equals(problem)).toList();
    Map<String, List<Measurement>> curves = new LinkedHashMap<>();
    for (Measurement m : all) {
      if (m.arm().ranks() > 1) {
        String threads =
            byRanks(study) ? "" : ", " + Numbers.count(m.arm().threads(), "thread") + " each";
        String name = "ranks by " + m.arm().transport() + threads + tail(m, study);
        curves.computeIfAbsent(name, n -> start(m, study)).add(m);
      }
    }
    for (Measurement m : all) {
      boolean alone = all.stream().allMatch(o -> o.arm().ranks() == 1);
      if (m.arm().ranks() == 1 && (alone || severalThreads(study))) {
        String name = "threads of one rank" + tail(m, study);
        curves.computeIfAbsent(name, n -> new ArrayList<>()).add(m);
      }
    }
    List<Curve> sorted = new ArrayList<>();
    curves.forEach(
        (name, points) -> {
          points.sort(Comparator.comparingDouble(m -> size(m.arm(), study)));
          sorted.add(new Curve(name, List.copyOf(points)));
        });
    return sorted;
  }

  private static boolean severalThreads(Study study) {
    return study.measurements().stream()
            .filter(m -> m.arm().ranks() == 1)
            .map(m -> m.arm().threads())
            .distinct()
            .count()
        > 1;
  }

  private static List<Measurement> start(Measurement m, Study study) {
    boolean freeThreads = byRanks(study);
    Optional<Measurement> single =
        study.measurements().stream()
            .filter(o -> o.arm().ranks() == 1 && sameProblem(o, m, study))
            .filter(o -> freeThreads || o.arm().threads() == m.arm().threads())
            .findFirst();
    List<Measurement> points = new ArrayList<>();
    single.ifPresent(points::add);
    return points;
  }

  private static boolean sameProblem(Measurement one, Measurement other, Study study) {
    Arm a = one.arm();
    Arm b = other.arm();
    return test(one, study).equals(test(other, study))
        && a.attention().equals(b.attention())
        && a.kvType().equals(b.kvType())
        && a.blockSize() == b.blockSize();
  }

  private static String tail(Measurement m, Study study) {
    String rest = ArmLabels.rest(m.arm(), study.arms());
    return rest.isEmpty() ? "" : ", " + rest;
  }

  /**
   * Returns the name of a measurement's test, with the depth per worker if the depth grows with the
   * number of workers.
   */
  private static String test(Measurement m, Study study) {
    TestName test = TestName.parse(m.test());
    return study.is(ExperimentKind.WEAK_SCALING) && test.depth() > 0
        ? test.base() + " @ d" + test.depth() / workers(m.arm()) + " per worker"
        : m.test();
  }
}
