package kvasir.lab.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import kvasir.file.Csv;
import kvasir.file.Json;

/** Formats of rows as text: a table like llama-bench's, comma-separated values, or JSON. */
public enum BenchTable {
  /** A Markdown table with a line for each row, and notes below it. */
  MD {
    @Override
    public String format(List<BenchRow> rows) {
      boolean memory = rows.stream().anyMatch(r -> r.peakMiB() > 0);
      boolean network = rows.stream().anyMatch(r -> r.ranks() > 1);
      MarkdownTable table = columns(network, memory);
      for (BenchRow r : rows) {
        List<String> cells = new ArrayList<>(cells(r));
        if (network) {
          cells.addAll(network(r));
        }
        if (memory) {
          cells.addAll(List.of(text("%.0f", r.peakMiB()), text("%.0f", r.residentMiB())));
        }
        table.add(cells);
      }
      return table.format() + LatencyTable.format(rows) + notes(rows);
    }
  },
  /** Comma-separated values with a line of names first. */
  CSV {
    @Override
    public String format(List<BenchRow> rows) {
      List<String> names = new ArrayList<>(CSV_NAMES);
      names.addAll(LatencyTable.names(rows));
      return Csv.plain(names, rows.stream().map(row -> allValues(row, rows)).toList());
    }
  },
  /**
   * One JSON object on each line. Rows can be written as soon as they are measured, so that they
   * are kept if the run fails later.
   */
  JSONL {
    @Override
    public String format(List<BenchRow> rows) {
      StringBuilder lines = new StringBuilder();
      rows.forEach(row -> lines.append(Json.line(row)).append('\n'));
      return lines.toString();
    }
  },
  /** A JSON array of all rows. */
  JSON {
    @Override
    public String format(List<BenchRow> rows) {
      return Json.indented(rows);
    }
  };

  private static final List<String> CSV_NAMES =
      List.of(
          "model",
          "ranks",
          "threads",
          "attention",
          "kv_type",
          "kernels",
          "test",
          "tokens_per_second",
          "sd",
          "median",
          "gb_per_second",
          "gb_share",
          "gflops",
          "gflops_share",
          "depth_fill",
          "peak_mib",
          "resident_mib_per_rank",
          "transport",
          "merge",
          "exposed_ms_per_token",
          "bytes_per_token",
          "messages_per_token",
          "link_latency_us",
          "link_gb_per_second");

  /** Returns the rows as text that ends with a line feed. */
  public abstract String format(List<BenchRow> rows);

  /** Returns the values of a row, with columns for each latency that one of the rows has. */
  private static List<Object> allValues(BenchRow row, List<BenchRow> rows) {
    List<Object> all = new ArrayList<>(values(row));
    LatencyTable.values(row, rows)
        .forEach(millis -> all.add(millis.isPresent() ? fixed(millis.getAsDouble(), 3) : ""));
    return all;
  }

  /** Returns the values of {@link #CSV_NAMES}. */
  private static List<Object> values(BenchRow r) {
    return List.of(
        r.model(),
        r.ranks(),
        r.threads(),
        r.attention(),
        r.kvType(),
        r.kernels(),
        r.test(),
        fixed(r.tokensPerSecond(), 3),
        fixed(r.sd(), 3),
        fixed(r.median(), 3),
        fixed(r.gbPerSecond(), 3),
        fixed(r.gbShare(), 4),
        fixed(r.gflops(), 3),
        fixed(r.gflopsShare(), 4),
        r.depthFill(),
        fixed(r.peakMiB(), 1),
        fixed(r.residentMiB(), 1),
        r.transport(),
        r.merge(),
        fixed(r.exposedMillis(), 4),
        fixed(r.bytesSent(), 1),
        fixed(r.messages(), 2),
        fixed(r.latencyMicros(), 2),
        fixed(r.linkSpeed(), 3));
  }

  private static Number fixed(double value, int decimals) {
    return Double.isFinite(value) ? new BigDecimal(text("%." + decimals + "f", value)) : value;
  }

  /** Returns the row in a line of {@link #JSONL}. */
  public static BenchRow parseLine(String json) throws JsonProcessingException {
    return Json.read(json, BenchRow.class);
  }

  /** Returns the rows in a text of {@link #JSON}. */
  public static List<BenchRow> parse(String json) throws JsonProcessingException {
    return Json.read(json, new TypeReference<>() {});
  }

  private static MarkdownTable columns(boolean network, boolean memory) {
    MarkdownTable table =
        new MarkdownTable()
            .texts("model", 16)
            .numbers("size", 8)
            .numbers("params", 8)
            .numbers("ranks", 5)
            .numbers("threads", 7)
            .texts("attention", 9)
            .numbers("KV", 4)
            .numbers("test", 16)
            .numbers("t/s", 15)
            .numbers("GB/s", 5)
            .numbers("of read", 7)
            .numbers("GFLOP/s", 7)
            .numbers("of FMA", 6);
    if (network) {
      table.texts("transport", 9).numbers("exposed ms/t", 12);
      table.numbers("bytes sent/t", 12).numbers("messages/t", 10);
    }
    return memory ? table.numbers("peak MiB", 8).numbers("of one rank", 11) : table;
  }

  private static List<String> cells(BenchRow r) {
    return List.of(
        r.model(),
        text("%4.2f GiB", r.gib()),
        text("%6.1f M", r.millionParameters()),
        String.valueOf(r.ranks()),
        String.valueOf(r.threads()),
        r.attention(),
        r.kvType(),
        r.test(),
        text("%8.2f ± %4.2f", r.tokensPerSecond(), r.sd()),
        text("%5.1f", r.gbPerSecond()),
        text("%5.0f %%", 100 * r.gbShare()),
        text("%7.1f", r.gflops()),
        text("%4.0f %%", 100 * r.gflopsShare()));
  }

  private static List<String> network(BenchRow r) {
    return List.of(
        r.transport(),
        text("%.3f", r.exposedMillis()),
        text("%.0f", r.bytesSent()),
        text("%.1f", r.messages()));
  }

  /**
   * Returns the layouts with more threads than processors, whose rows cannot be compared with
   * others.
   */
  private static String oversubscribed(List<BenchRow> rows) {
    int processors = Runtime.getRuntime().availableProcessors();
    return rows.stream()
        .filter(r -> r.ranks() * r.threads() > processors)
        .map(r -> text("%d x %d", r.ranks(), r.threads()))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String links(List<BenchRow> rows) {
    return rows.stream()
        .filter(r -> r.ranks() > 1)
        .map(
            r ->
                text(
                    "%s x %d: %.1f us, %.1f GB/s",
                    r.transport(), r.ranks(), r.latencyMicros(), r.linkSpeed()))
        .distinct()
        .collect(Collectors.joining("; "));
  }

  private static String notes(List<BenchRow> rows) {
    String limits =
        rows.stream()
            .map(
                r ->
                    text(
                        "%d x %d: read %.1f GB/s, FMA %.0f GFLOP/s (%s)",
                        r.ranks(), r.threads(), r.readLimit(), r.fmaLimit(), r.kernels()))
            .distinct()
            .collect(Collectors.joining("; "));
    boolean synthetic = rows.stream().anyMatch(r -> r.depthFill().equals("synthetic"));
    return "\nlimits measured first, ranks x threads: "
        + limits
        + "\n"
        + (links(rows).isEmpty() ? "" : "messages between neighbours: " + links(rows) + "\n")
        + (oversubscribed(rows).isEmpty()
            ? ""
            : "more threads than processors, unless on several hosts: "
                + oversubscribed(rows)
                + "\n")
        + (synthetic ? "depths filled with synthetic KV (--fill prefill computes it)\n" : "");
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
