package kvasir.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.RankPlace;
import kvasir.lab.experiment.Definition;
import kvasir.lab.experiment.RunRecord;
import kvasir.measure.MachineFacts;

/** Section on the machines, the code and the method of measurement. */
final class MachineSection {
  private MachineSection() {}

  /** Returns the section on all experiments. */
  static Markup of(List<Study> studies) {
    List<RunRecord> runs = studies.stream().flatMap(s -> s.runs().stream()).toList();
    List<Markup> parts = new ArrayList<>();
    Set<MachineFacts> machines = new LinkedHashSet<>();
    runs.stream().filter(r -> r.machine() != null).forEach(r -> machines.add(r.machine()));
    machines.forEach(machine -> parts.add(facts(machine)));
    if (!runs.isEmpty()) {
      parts.add(Markup.list(code(runs)));
    }
    parts.add(Markup.element("h3", "How it was measured"));
    parts.add(method(studies));
    List<List<String>> places = places(studies);
    if (!places.isEmpty()) {
      parts.add(Markup.element("h3", "Placement"));
      parts.add(
          Markup.table(
              List.of("experiment", "arm", "rank", "host", "processors", "NUMA pages"), places));
    }
    return Markup.join(parts);
  }

  /** Returns an introduction to the page in two sentences, for new readers. */
  static String intro(List<Study> studies) {
    List<RunRecord> runs = studies.stream().flatMap(s -> s.runs().stream()).toList();
    String machines =
        Phrases.and(
            runs.stream()
                .map(RunRecord::machine)
                .filter(Objects::nonNull)
                .map(
                    m ->
                        "%s (%s)"
                            .formatted(m.processor(), Numbers.count(m.processors(), "processor")))
                .distinct()
                .toList());
    String days =
        Phrases.and(
            runs.stream()
                .map(run -> String.valueOf(run.started()).replaceFirst("T.*", ""))
                .distinct()
                .sorted()
                .toList());
    return "Kvasir runs a language model on several processes, threads and machines. This page"
        + " answers questions about its speed by measurements"
        + (machines.isEmpty() ? "" : " on " + machines)
        + (days.isEmpty() ? "" : " on " + days)
        + ": the answers first, then the words that the rest uses, then numbers, plots and how it"
        + " was measured.";
  }

  private static Markup facts(MachineFacts machine) {
    List<List<String>> rows =
        List.of(
            List.of("host", machine.host()),
            List.of("processor", machine.processor()),
            List.of(
                "processors",
                machine.processors() + " on " + Numbers.count(machine.numaNodes(), "NUMA node")),
            List.of("memory", machine.memoryMiB() + " MiB"),
            List.of("system", machine.kernel()),
            List.of("JDK", machine.jdk()),
            List.of("flags", machine.flags() == null ? "" : String.join(" ", machine.flags())));
    return Markup.table(List.of("", ""), rows);
  }

  private static List<String> code(List<RunRecord> runs) {
    Set<String> commits = new TreeSet<>();
    Set<String> started = new TreeSet<>();
    runs.forEach(
        run -> {
          commits.add(String.valueOf(run.commit()));
          started.add(String.valueOf(run.started()));
        });
    List<String> lines = new ArrayList<>();
    lines.add("Code: " + String.join(", ", commits) + ".");
    if (commits.size() > 1) {
      lines.add("Runs are of different code: compare them with care.");
    }
    if (commits.stream().anyMatch(c -> c.endsWith("-dirty"))) {
      lines.add("Some files differed from their commit.");
    }
    String first = started.iterator().next();
    List<String> order = List.copyOf(started);
    lines.add("Runs started between " + first + " and " + order.getLast() + ".");
    return lines;
  }

  private static Markup method(List<Study> studies) {
    List<List<String>> rows = new ArrayList<>();
    for (Study study : studies) {
      Definition d = study.definition();
      rows.add(
          List.of(
              d.name(),
              d.model() + (d.layers() > 0 ? ", " + Numbers.count(d.layers(), "layer") : ""),
              d.repetitions() + " × " + d.samples(),
              String.valueOf(d.warmUp()),
              String.valueOf(d.heap()),
              String.valueOf(d.bind()),
              String.valueOf(d.fill()),
              String.valueOf(d.shards())));
    }
    return Markup.join(
        Markup.element(
            "p",
            "Each arm is started once in every round, in processes of its own, and warms up before"
                + " it is timed. A value is the median over starts of the median of each; its 95 %"
                + " interval in brackets comes from drawing starts and then samples again."),
        Markup.table(
            List.of(
                "experiment",
                "model",
                "rounds × samples",
                "warm-up",
                "heap of all ranks",
                "binding",
                "cache filled by",
                "shards"),
            rows));
  }

  /** Returns a row for each rank's place, in the first start of each arm. */
  private static List<List<String>> places(List<Study> studies) {
    List<List<String>> rows = new ArrayList<>();
    for (Study study : studies) {
      Set<String> seen = new LinkedHashSet<>();
      for (Measurement m : study.measurements()) {
        BenchRow row = m.rows().getFirst();
        if (row.places() == null || !seen.add(m.arm().id())) {
          continue;
        }
        for (RankPlace place : row.places()) {
          rows.add(
              List.of(
                  study.name(),
                  m.label(),
                  String.valueOf(place.rank()),
                  String.valueOf(place.host()),
                  String.valueOf(place.processors()),
                  place.numa() == null ? "" : place.numa()));
        }
      }
    }
    return rows;
  }
}
