package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.experiment.Arm;
import kvasir.measure.QuantityReader;

/** Sections on block sizes, merge topologies and networks, with curves over one setting. */
final class SweepSections {
  private static final QuantityReader LATENCY =
      new QuantityReader(6, 6, false, Map.of("ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0));
  private static final QuantityReader BITS_PER_SECOND =
      new QuantityReader(6, 0, false, Map.of("kbit", 1e3, "mbit", 1e6, "gbit", 1e9));

  private SweepSections() {}

  static Markup blockSize(Study study, Figures figures) {
    Sweep sweep =
        new Sweep(
            m -> blocks(m.arm()),
            Comparator.comparingInt(m -> m.arm().blockSize()),
            m -> m.test() + ", " + mode(m.arm()));
    return figures.add(
        study.name() + "-block-size",
        "Tokens per second by block size",
        "Bars are 95 % intervals.",
        XyPlot.over(
            sweep.places(study.measurements()),
            "tokens in a KV block",
            "tokens/s",
            sweep.lines(study.measurements(), Line.Dot::of)));
  }

  static Markup merge(Study study, Figures figures) {
    List<String> order = study.arms().stream().map(Arm::merge).distinct().toList();
    List<Measurement> several =
        study.measurements().stream().filter(m -> m.arm().ranks() > 1).toList();
    if (several.isEmpty()) {
      return Markup.NONE;
    }
    Sweep sweep =
        new Sweep(
            m -> m.arm().merge(),
            Comparator.comparingInt(m -> order.indexOf(m.arm().merge())),
            m -> m.test() + ", " + mode(m.arm()));
    return Markup.join(
        figures.add(
            study.name() + "-merge-speed",
            "Tokens per second by merge topology",
            "Bars are 95 % intervals.",
            XyPlot.over(
                sweep.places(several),
                "merge topology",
                "tokens/s",
                sweep.marks(several, Line.Dot::of))),
        figures.add(
            study.name() + "-merge-exposed",
            "Time that computation stands still for messages, by merge topology",
            "Milliseconds per token on the rank where it is least; lower is better.",
            XyPlot.over(
                sweep.places(several),
                "merge topology",
                "exposed ms per token",
                sweep.marks(several, SweepSections::exposed))));
  }

  private static Line.Dot exposed(double x, Measurement m) {
    double y = m.median(BenchRow::exposedMillis);
    return new Line.Dot(x, y, y, y, m.fair(), "");
  }

  /** Returns a plot over latencies and one over rates, each if it is varied. */
  static Markup network(Study study, Figures figures) {
    List<Markup> parts = new ArrayList<>();
    if (differ(study, Arm::addedLatency)) {
      parts.add(
          network(
              study,
              figures,
              "latency",
              "added latency of each message",
              Arm::addedLatency,
              Arm::rate,
              seconds()));
    }
    if (differ(study, Arm::rate)) {
      parts.add(
          network(
              study,
              figures,
              "rate",
              "rate of each host's network",
              Arm::rate,
              Arm::addedLatency,
              rates()));
    }
    return Markup.join(parts);
  }

  private static Markup network(
      Study study,
      Figures figures,
      String name,
      String xLabel,
      Function<Arm, String> swept,
      Function<Arm, String> other,
      Comparator<Arm> order) {
    Sweep sweep =
        new Sweep(
            m -> swept.apply(m.arm()).isEmpty() ? "none" : swept.apply(m.arm()),
            Comparator.comparing(Measurement::arm, order),
            m -> (m.test() + ", " + mode(m.arm()) + " " + other.apply(m.arm())).strip());
    List<Measurement> several =
        study.measurements().stream().filter(m -> m.arm().ranks() > 1).toList();
    return several.isEmpty()
        ? Markup.NONE
        : figures.add(
            study.name() + "-" + name,
            "Tokens per second over the " + xLabel,
            "Bars are 95 % intervals.",
            XyPlot.over(
                sweep.places(several), xLabel, "tokens/s", sweep.lines(several, Line.Dot::of)));
  }

  /**
   * Returns sentences on the cost of the worst network, compared with the unchanged network for the
   * same layout and test.
   */
  static List<String> networkWords(Study study) {
    List<String> words = new ArrayList<>();
    List<Measurement> several =
        study.measurements().stream().filter(m -> m.arm().ranks() > 1).toList();
    for (Measurement free : several) {
      if (!free.arm().addedLatency().isEmpty() || !free.arm().rate().isEmpty()) {
        continue;
      }
      several.stream()
          .filter(m -> !m.equals(free) && m.test().equals(free.test()))
          .filter(m -> mode(m.arm()).equals(mode(free.arm())))
          .min(Comparator.comparingDouble(m -> m.speed().median()))
          .ifPresent(worst -> words.add(free.test() + ": " + Comparison.slower(worst, free) + "."));
    }
    return words;
  }

  /**
   * Returns the answer on networks: the cost of the longest latency and of the lowest rate, each
   * compared with the unchanged network.
   */
  static String networkAnswer(Study fair) {
    List<String> each = new ArrayList<>();
    for (boolean latency : new boolean[] {true, false}) {
      Comparator<Arm> slowest = latency ? seconds().reversed() : rates().reversed();
      Function<Arm, String> setting = latency ? Arm::addedLatency : Arm::rate;
      fair.measurements().stream()
          .map(Measurement::arm)
          .filter(arm -> arm.ranks() > 1 && !setting.apply(arm).isEmpty())
          .min(slowest)
          .ifPresent(
              arm -> {
                List<String> costs = costs(fair, setting, setting.apply(arm));
                if (!costs.isEmpty()) {
                  String worst =
                      latency
                          ? setting.apply(arm) + " added to each message makes "
                          : "a network of " + setting.apply(arm) + " makes ";
                  each.add(worst + Phrases.and(costs));
                }
              });
    }
    return each.isEmpty() ? "" : Phrases.sentence(String.join("; ", each)) + ".";
  }

  /** Returns the cost for each test, such as {@code decoding 65 % slower}. */
  private static List<String> costs(Study fair, Function<Arm, String> setting, String value) {
    List<String> costs = new ArrayList<>();
    for (String test : fair.tests()) {
      List<Measurement> all = fair.of(test).stream().filter(m -> m.arm().ranks() > 1).toList();
      Optional<Measurement> worst =
          all.stream().filter(m -> setting.apply(m.arm()).equals(value)).findFirst();
      Optional<Measurement> free =
          all.stream()
              .filter(m -> m.arm().addedLatency().isEmpty() && m.arm().rate().isEmpty())
              .findFirst();
      if (worst.isPresent() && free.isPresent()) {
        double behind = 1 - worst.get().speed().median() / free.get().speed().median();
        costs.add(Phrases.test(test) + " " + Phrases.behind(behind, behind));
      }
    }
    return costs;
  }

  /**
   * Returns the answer on the best setting: for each test the fastest, and those that are not
   * certainly slower.
   */
  static String bestAnswer(Study fair) {
    List<String> each = new ArrayList<>();
    for (String test : fair.tests()) {
      List<Measurement> all = fair.of(test);
      Comparison.best(all)
          .filter(best -> all.size() > 1)
          .ifPresent(best -> each.add(bestAnswer(test, best, all, fair)));
    }
    return String.join(" ", each);
  }

  private static String bestAnswer(
      String test, Measurement best, List<Measurement> all, Study fair) {
    List<Measurement> near =
        all.stream().filter(m -> !m.equals(best) && !m.speed().differsFrom(best.speed())).toList();
    String work = Phrases.sentence(Phrases.test(test));
    if (near.size() == all.size() - 1) {
      return "%s: no difference is shown between %s (%s tokens/s at best)."
          .formatted(
              work,
              Phrases.and(all.stream().map(m -> value(m, fair)).toList()),
              Numbers.of(best.speed().median()));
    }
    Measurement last =
        all.stream().min(Comparator.comparingDouble(m -> m.speed().median())).orElseThrow();
    String beside =
        near.isEmpty()
            ? ""
            : "; not shown to be slower: "
                + Phrases.and(near.stream().map(m -> value(m, fair)).toList());
    return "%s: fastest with %s, %s %% faster than with %s, the slowest%s."
        .formatted(
            work,
            value(best, fair),
            Math.round(100 * (best.speed().median() / last.speed().median() - 1)),
            value(last, fair),
            beside);
  }

  /** Returns the properties in which an arm differs from the others. */
  private static String value(Measurement m, Study study) {
    String rest = ArmLabels.rest(m.arm(), study.arms());
    return rest.isEmpty() ? m.label() : rest;
  }

  static List<String> bestWords(Study study) {
    List<String> words = new ArrayList<>();
    study.tests().forEach(test -> words.addAll(Comparison.bestWords(test, study.of(test))));
    return words;
  }

  private static boolean differ(Study study, Function<Arm, String> setting) {
    return study.measurements().stream().map(m -> setting.apply(m.arm())).distinct().count() > 1;
  }

  private static String blocks(Arm arm) {
    return arm.blockSize() == 0 ? "the model's" : String.valueOf(arm.blockSize());
  }

  /** Returns the layout and transport of an arm, which are the same along a curve. */
  private static String mode(Arm arm) {
    return ArmLabels.layout(arm) + (arm.ranks() == 1 ? "" : " " + arm.transport());
  }

  private static Comparator<Arm> seconds() {
    return Comparator.comparingDouble(a -> LATENCY.read(a.addedLatency()).orElse(0));
  }

  /** Returns the order of arms from the fastest rate, which is no limit, to the slowest. */
  private static Comparator<Arm> rates() {
    return Comparator.comparingDouble(
        a -> -BITS_PER_SECOND.read(a.rate()).orElse(Double.MAX_VALUE));
  }
}
