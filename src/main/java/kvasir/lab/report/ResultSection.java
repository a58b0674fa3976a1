package kvasir.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.RunRecord;

/** Section with all results of an experiment in a table, and the arms and runs without results. */
final class ResultSection {
  private ResultSection() {}

  /** Returns the tables of an experiment. */
  static Markup of(Study study) {
    List<Markup> parts = new ArrayList<>();
    if (!study.measurements().isEmpty()) {
      parts.add(
          Markup.table(header(), study.measurements().stream().map(m -> row(m, study)).toList()));
    }
    List<List<String>> without = without(study);
    if (!without.isEmpty()) {
      parts.add(Markup.table(List.of("arm", "round", "what", "why"), without));
    }
    if (study.runs().isEmpty()) {
      parts.add(Markup.element("p", "Nothing is measured yet."));
    }
    parts.add(commands(study));
    return Markup.join(parts);
  }

  private static List<String> header() {
    return List.of(
        "arm",
        "test",
        "tokens/s",
        "of the best",
        "exposed ms/token",
        "messages/token",
        "sent MiB/token",
        "peak MiB of a rank",
        "remarks");
  }

  private static List<String> row(Measurement m, Study study) {
    Optional<Measurement> best = Comparison.best(study.of(m.test()));
    return List.of(
        m.label(),
        m.test(),
        Numbers.interval(m.speed()),
        best.filter(b -> m.fair())
            .map(b -> Numbers.percent(m.speed().median() / b.speed().median()))
            .orElse(""),
        Numbers.of(m.median(BenchRow::exposedMillis)),
        Numbers.of(m.median(BenchRow::messages)),
        Numbers.of(m.median(BenchRow::bytesSent) / (1 << 20)),
        m.median(BenchRow::residentMiB) > 0 ? Numbers.of(m.median(BenchRow::residentMiB)) : "",
        m.fair() ? m.point().without() : "unfair: " + String.join("; ", m.unfair()));
  }

  /** Returns a row for each arm that was skipped and each run that failed. */
  private static List<List<String>> without(Study study) {
    List<List<String>> rows = new ArrayList<>();
    for (Arm arm : study.arms()) {
      if (arm.skipped() != null && !arm.skipped().isEmpty()) {
        rows.add(List.of(study.label(arm), "", "skipped", arm.skipped()));
      }
    }
    for (RunRecord run : study.failures()) {
      List<String> missing = Study.missing(run);
      String what = missing.isEmpty() ? "failed" : "failed, without " + String.join(", ", missing);
      rows.add(
          List.of(study.label(run.arm()), String.valueOf(run.round()), what, Study.failure(run)));
    }
    return rows;
  }

  private static Markup commands(Study study) {
    List<String> commands =
        study.runs().stream()
            .map(RunRecord::command)
            .filter(c -> c != null && !c.isEmpty())
            .distinct()
            .toList();
    return commands.isEmpty()
        ? Markup.NONE
        : Markup.element(
            "details",
            Markup.element("summary", "Commands that give the same"),
            Markup.element("div", Map.of("class", "wide"), code(commands)));
  }

  private static Markup code(List<String> commands) {
    return Markup.element("pre", String.join("\n", commands));
  }
}
