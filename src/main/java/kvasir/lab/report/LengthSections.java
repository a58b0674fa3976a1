package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.experiment.RunRecord;

/** Sections on standard and streaming attention by length: their memory and their time. */
final class LengthSections {
  private static final Sweep BY_LENGTH =
      new Sweep(
          m -> String.valueOf(length(m)),
          Comparator.comparingInt(LengthSections::length),
          m ->
              m.label().contains(m.arm().attention())
                  ? m.label()
                  : m.arm().attention() + " " + m.label());

  private LengthSections() {}

  /** A run that failed, and the length of the first test that it lacks. */
  private record Failed(RunRecord run, int length) {}

  /** Returns the plots of peak memory and of speed by length. */
  static Markup memory(Study study, Figures figures) {
    List<Measurement> resident =
        study.measurements().stream().filter(m -> m.median(BenchRow::residentMiB) > 0).toList();
    List<Markup> parts = new ArrayList<>();
    parts.add(
        plot(
            study,
            figures,
            "memory",
            "Peak memory of a rank by length",
            "Lower is better.",
            resident,
            "MiB resident",
            (x, m) -> {
              double y = m.median(BenchRow::residentMiB);
              return new Line.Dot(x, y, y, y, m.fair(), "");
            }));
    parts.add(speed(study, figures, "memory-speed", study.measurements()));
    return Markup.join(parts);
  }

  /** Returns the plots of the speed of prompts and of generation by length. */
  static Markup prefillDecode(Study study, Figures figures) {
    List<Measurement> prompts = kind(study, true);
    List<Measurement> generated = kind(study, false);
    return Markup.join(
        speed(study, figures, "prompt", prompts), speed(study, figures, "generation", generated));
  }

  private static Markup speed(
      Study study, Figures figures, String name, List<Measurement> measurements) {
    boolean prompt = measurements.stream().anyMatch(m -> TestName.parse(m.test()).prompt());
    return plot(
        study,
        figures,
        name,
        prompt ? "Prompt tokens per second by length" : "Generated tokens per second by length",
        "Bars are 95 % intervals.",
        measurements,
        "tokens/s",
        Line.Dot::of);
  }

  private static Markup plot(
      Study study,
      Figures figures,
      String name,
      String title,
      String caption,
      List<Measurement> measurements,
      String yLabel,
      BiFunction<Double, Measurement, Line.Dot> dot) {
    if (measurements.isEmpty()) {
      return Markup.NONE;
    }
    TreeSet<Integer> lengths = new TreeSet<>();
    measurements.forEach(m -> lengths.add(length(m)));
    List<Failed> failed = failed(study);
    failed.forEach(f -> lengths.add(f.length()));
    List<String> places = lengths.stream().map(String::valueOf).toList();
    List<XyPlot.Break> breaks =
        failed.stream()
            .map(
                f ->
                    new XyPlot.Break(
                        places.indexOf(String.valueOf(f.length())),
                        f.run().arm().attention() + " fails"))
            .distinct()
            .toList();
    List<Line> lines = BY_LENGTH.lines(measurements, places, dot);
    return figures.add(
        study.name() + "-" + name,
        title,
        caption,
        new XyPlot(
            "tokens that attention reads", yLabel, places, lines, XyPlot.PlotForm.BARS, breaks));
  }

  /** Peak of resident memory of a rank at one length, in MiB, for both kinds of attention. */
  private record PeakMemory(int length, double standard, double streaming) {
    /** Returns the memory at the longest length that both kinds reach; empty if there is none. */
    static Optional<PeakMemory> atLongest(Study study) {
      List<Measurement> streaming = attention(study.measurements(), "streaming");
      return attention(study.measurements(), "standard").stream()
          .filter(s -> at(streaming, s).isPresent())
          .max(Comparator.comparingInt(LengthSections::length))
          .map(
              s ->
                  new PeakMemory(
                      LengthSections.length(s),
                      s.median(BenchRow::residentMiB),
                      at(streaming, s).orElseThrow().median(BenchRow::residentMiB)));
    }
  }

  /**
   * Returns the answer on memory: the ratio at the longest length that both kinds reach, and the
   * length at which one fails.
   */
  static String memoryAnswer(Study fair) {
    List<String> parts = new ArrayList<>();
    PeakMemory.atLongest(fair)
        .ifPresent(
            m ->
                parts.add(
                    "at %s tokens standard attention needs %s times the memory of streaming attention"
                        .formatted(
                            Phrases.count(m.length()), Numbers.of(m.standard() / m.streaming()))));
    failed(fair).stream()
        .min(Comparator.comparingInt(Failed::length))
        .ifPresent(
            f ->
                parts.add(
                    "at %s tokens %s attention fails%s"
                        .formatted(
                            Phrases.count(f.length()),
                            f.run().arm().attention(),
                            reached(fair, f))));
    return parts.isEmpty() ? "" : Phrases.sentence(String.join("; ", parts)) + ".";
  }

  /** Returns words on the longest length that the other kind of attention reaches. */
  private static String reached(Study fair, Failed failed) {
    return fair.measurements().stream()
        .filter(m -> !m.arm().attention().equals(failed.run().arm().attention()))
        .filter(m -> length(m) >= failed.length())
        .max(Comparator.comparingInt(LengthSections::length))
        .map(
            m ->
                ", while %s attention reaches %s"
                    .formatted(m.arm().attention(), Phrases.count(length(m))))
        .orElse("");
  }

  /**
   * Returns sentences on memory at the longest length that both kinds reach, and on failed runs.
   */
  static List<String> memoryWords(Study study) {
    List<String> words = new ArrayList<>();
    PeakMemory.atLongest(study)
        .ifPresent(
            m ->
                words.add(
                    "At %d tokens a rank with standard attention needs %s MiB, one with streaming attention %s MiB: %s times as much."
                        .formatted(
                            m.length(),
                            Numbers.of(m.standard()),
                            Numbers.of(m.streaming()),
                            Numbers.of(m.standard() / m.streaming()))));
    for (Failed failed : failed(study)) {
      words.add(
          "%s fails at %d tokens: %s"
              .formatted(
                  study.label(failed.run().arm()), failed.length(), Study.failure(failed.run())));
    }
    return words.stream().distinct().toList();
  }

  /**
   * Returns the answer on the crossover of prompts, or of generation if no prompts were measured.
   */
  static String crossoverAnswer(Study fair) {
    List<Measurement> prompts = kind(fair, true);
    List<Measurement> measurements = prompts.isEmpty() ? kind(fair, false) : prompts;
    List<Measurement> streaming = attention(measurements, "streaming");
    List<Measurement> shared = shared(measurements);
    if (shared.isEmpty()) {
      return "";
    }
    Measurement longest = shared.getLast();
    double ratio = at(streaming, longest).orElseThrow().speed().median() / longest.speed().median();
    String end =
        "at %s tokens %s attention is %s times as fast"
            .formatted(
                Phrases.count(length(longest)),
                ratio >= 1 ? "streaming" : "standard",
                Numbers.of(Math.max(ratio, 1 / ratio)));
    String all =
        "%s attention is the faster one at all %d lengths that could be compared, from %s tokens on"
            .formatted(
                ratio >= 1 ? "streaming" : "standard",
                shared.size(),
                Phrases.count(length(shared.getFirst())));
    String verdict =
        change(shared, streaming)
            .map(
                m ->
                    "from %s tokens on %s attention is the faster one"
                        .formatted(
                            Phrases.count(length(m)),
                            streamingWins(m, streaming) ? "streaming" : "standard"))
            .orElse(all);
    return Phrases.sentence(verdict) + "; " + end + ".";
  }

  /** Returns sentences on the crossover of prompts and on that of generation. */
  static List<String> crossoverWords(Study study) {
    List<String> words = new ArrayList<>();
    if (!kind(study, true).isEmpty()) {
      words.add("Prompts: " + crossover(kind(study, true)));
    }
    if (!kind(study, false).isEmpty()) {
      words.add("Generation: " + crossover(kind(study, false)));
    }
    return words;
  }

  /**
   * Returns a sentence on the length from which the kind of attention that is slower at first is
   * faster.
   */
  private static String crossover(List<Measurement> measurements) {
    List<Measurement> streaming = attention(measurements, "streaming");
    List<Measurement> shared = shared(measurements);
    if (shared.isEmpty()) {
      return "Only one kind of attention is measured at these lengths.";
    }
    String winner = streamingWins(shared.getFirst(), streaming) ? "streaming" : "standard";
    Measurement longest = shared.getLast();
    String gap = Comparison.slower(longest, at(streaming, longest).orElseThrow());
    String end = " At %d tokens %s.".formatted(length(longest), gap);
    return change(shared, streaming)
            .map(
                m ->
                    "From %d tokens on %s attention is the faster one."
                        .formatted(
                            length(m), streamingWins(m, streaming) ? "streaming" : "standard"))
            .orElse(
                "There is no crossover: %s attention is faster at every length.".formatted(winner))
        + end;
  }

  /**
   * Returns the measurements of standard attention at those lengths at which streaming attention
   * was measured too, the shortest first.
   */
  private static List<Measurement> shared(List<Measurement> measurements) {
    List<Measurement> streaming = attention(measurements, "streaming");
    return attention(measurements, "standard").stream()
        .filter(s -> at(streaming, s).isPresent())
        .sorted(Comparator.comparingInt(LengthSections::length))
        .toList();
  }

  /**
   * Returns the last length at which the faster kind changes; the two may be nearly equal before
   * it.
   */
  private static Optional<Measurement> change(
      List<Measurement> shared, List<Measurement> streaming) {
    Optional<Measurement> last = Optional.empty();
    for (int i = 1; i < shared.size(); i++) {
      boolean now = streamingWins(shared.get(i), streaming);
      last = now == streamingWins(shared.get(i - 1), streaming) ? last : Optional.of(shared.get(i));
    }
    return last;
  }

  private static boolean streamingWins(Measurement standard, List<Measurement> streaming) {
    return at(streaming, standard).orElseThrow().speed().median() > standard.speed().median();
  }

  private static List<Measurement> attention(List<Measurement> measurements, String kind) {
    return measurements.stream().filter(m -> m.arm().attention().equals(kind)).toList();
  }

  private static Optional<Measurement> at(List<Measurement> others, Measurement m) {
    return others.stream()
        .filter(o -> o.test().equals(m.test()))
        .filter(o -> ArmLabels.layout(o.arm()).equals(ArmLabels.layout(m.arm())))
        .findFirst();
  }

  /** Returns the failed runs, each with the length of the first test that it lacks. */
  private static List<Failed> failed(Study study) {
    List<Failed> failed = new ArrayList<>();
    for (RunRecord run : study.failures()) {
      Study.missing(run).stream()
          .findFirst()
          .ifPresent(test -> failed.add(new Failed(run, TestName.parse(test).length())));
    }
    return failed;
  }

  private static List<Measurement> kind(Study study, boolean prompt) {
    return study.measurements().stream()
        .filter(m -> TestName.parse(m.test()).prompt() == prompt)
        .toList();
  }

  private static int length(Measurement m) {
    return TestName.parse(m.test()).length();
  }
}
