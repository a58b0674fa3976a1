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
  private LatencyTable() {}

  /** Returns a table with a line for each latency of each row; empty if there is none. */
  static String format(List<BenchRow> rows) {
    if (rows.stream().allMatch(row -> row.latencies().isEmpty())) {
      return "";
    }
    MarkdownTable table =
        new MarkdownTable()
            .texts("test", 32)
            .numbers("ranks", 5)
            .numbers("threads", 7)
            .texts("transport", 9)
            .texts("latency", 28)
            .numbers("count", 7)
            .numbers("p50 ms", 8)
            .numbers("p95 ms", 8)
            .numbers("p99 ms", 8);
    for (BenchRow row : rows) {
      row.latencies().forEach((name, latency) -> table.add(cells(row, name, latency)));
    }
    return "\n" + table.format() + ratios(rows);
  }

  private static List<String> cells(BenchRow row, String name, Percentiles latency) {
    return List.of(
        row.test(),
        String.valueOf(row.ranks()),
        String.valueOf(row.threads()),
        row.transport(),
        name.replace('_', ' '),
        String.valueOf(latency.count()),
        text("%.2f", latency.p50()),
        text("%.2f", latency.p95()),
        text("%.2f", latency.p99()));
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
