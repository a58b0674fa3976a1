package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import kvasir.measure.Percentiles;

/** The latencies of rows as text: a table for readers, and columns for programs. */
final class LatencyTable {
  private static final String HEADER =
      """

      | test                             | ranks | threads | transport | latency                      |   count |   p50 ms |   p95 ms |   p99 ms |
      | -------------------------------- | ----: | ------: | --------- | ---------------------------- | ------: | -------: | -------: | -------: |
      """;

  private LatencyTable() {}

  /** Returns a table with a line for each latency of each row; empty if there is none. */
  static String format(List<BenchRow> rows) {
    StringBuilder table = new StringBuilder();
    for (BenchRow row : rows) {
      row.latencies().forEach((name, latency) -> table.append(line(row, name, latency)));
    }
    return table.isEmpty() ? "" : HEADER + table + ratios(rows);
  }

  private static String line(BenchRow row, String name, Percentiles latency) {
    return text(
        "| %-32s | %5d | %7d | %-9s | %-28s | %7d | %8.2f | %8.2f | %8.2f |\n",
        row.test(),
        row.ranks(),
        row.threads(),
        row.transport(),
        name.replace('_', ' '),
        latency.count(),
        latency.p50(),
        latency.p95(),
        latency.p99());
  }

  /** Returns a line for each row in which a prompt arrived beside others. */
  private static String ratios(List<BenchRow> rows) {
    StringBuilder lines = new StringBuilder();
    for (BenchRow row : rows) {
      Map<String, Percentiles> all = row.latencies();
      if (all.containsKey(LatencyNames.PROMPT_BESIDE)) {
        lines.append(
            text(
                "%s, %d x %d: p99 between tokens %.2f times that before the prompt; the prompt"
                    + " takes %.2f times as long as alone\n",
                row.test(),
                row.ranks(),
                row.threads(),
                all.get(LatencyNames.BETWEEN_TOKENS_BESIDE).p99()
                    / all.get(LatencyNames.BETWEEN_TOKENS).p99(),
                all.get(LatencyNames.PROMPT_BESIDE).p50()
                    / all.get(LatencyNames.PROMPT_ALONE).p50()));
      }
    }
    return lines.toString();
  }

  /** Returns the names of the columns for all latencies of the rows, such as {@code a_p50_ms}. */
  static List<String> names(List<BenchRow> rows) {
    return latencies(rows).stream()
        .flatMap(name -> Stream.of(name + "_p50_ms", name + "_p95_ms", name + "_p99_ms"))
        .toList();
  }

  /** Returns a row's values of the columns; empty where it does not have the latency. */
  static List<OptionalDouble> values(BenchRow row, List<BenchRow> rows) {
    List<OptionalDouble> values = new ArrayList<>();
    for (String name : latencies(rows)) {
      Percentiles latency = row.latencies().get(name);
      if (latency == null) {
        values.addAll(Collections.nCopies(3, OptionalDouble.empty()));
      } else {
        DoubleStream.of(latency.p50(), latency.p95(), latency.p99())
            .forEach(millis -> values.add(OptionalDouble.of(millis)));
      }
    }
    return values;
  }

  private static List<String> latencies(List<BenchRow> rows) {
    return rows.stream().flatMap(row -> row.latencies().keySet().stream()).distinct().toList();
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
