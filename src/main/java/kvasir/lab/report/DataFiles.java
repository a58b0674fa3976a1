package kvasir.lab.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kvasir.file.Csv;
import kvasir.file.Json;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.LatencyNames;
import kvasir.lab.bench.RankTimes;
import kvasir.lab.experiment.Arm;
import kvasir.measure.Percentiles;

/** The numbers of the report as CSV and JSON, with a record for each experiment, arm and test. */
final class DataFiles {
  private static final String FORMULA_STARTS = "=+-@\t\r";

  private DataFiles() {}

  /** Returns the records of all studies as a JSON array. */
  static String json(List<Study> studies) {
    return Json.indented(table(studies));
  }

  /** Returns the records of all studies as CSV, with a line of names first. */
  static String csv(List<Study> studies) {
    List<Map<String, Object>> table = table(studies);
    if (table.isEmpty()) {
      return "";
    }
    List<String> names = List.copyOf(table.getFirst().keySet());
    return Csv.quoted(
        names,
        table.stream().map(row -> row.values().stream().map(DataFiles::cell).toList()).toList());
  }

  /**
   * Returns a value for CSV. A text that looks like a formula is marked as text, since some
   * programs would compute it.
   */
  private static Object cell(Object value) {
    if (value instanceof Number) {
      return value;
    }
    String text =
        value instanceof List<?> list ? join(list) : value == null ? "" : value.toString();
    boolean formula = !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0;
    return formula ? "'" + text : text;
  }

  private static String join(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining("; "));
  }

  private static List<Map<String, Object>> table(List<Study> studies) {
    List<Map<String, Object>> table = new ArrayList<>();
    for (Study study : studies) {
      for (Measurement m : study.measurements()) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("experiment", study.name());
        addArm(row, m.arm());
        addSpeed(row, m);
        addTimes(row, m.times().orElse(null));
        addRest(row, m);
        addLatency(row, m, LatencyNames.FIRST_TOKEN);
        addLatency(row, m, LatencyNames.BETWEEN_TOKENS);
        table.add(row);
      }
    }
    return table;
  }

  private static void addArm(Map<String, Object> row, Arm arm) {
    row.put("arm", arm.id());
    row.put("ranks", arm.ranks());
    row.put("threads", arm.threads());
    row.put("transport", arm.transport());
    row.put("attention", arm.attention());
    row.put("merge", arm.merge());
    row.put("kv_type", arm.kvType());
    row.put("block_size", arm.blockSize());
    row.put("added_latency", arm.addedLatency());
    row.put("rate", arm.rate());
  }

  private static void addSpeed(Map<String, Object> row, Measurement m) {
    row.put("test", m.test());
    row.put("tokens_per_second", finite(m.speed().median()));
    row.put("low", finite(m.speed().low()));
    row.put("high", finite(m.speed().high()));
    row.put("samples", m.speed().samples());
    row.put("starts", m.rows().size());
    row.put("unfair", m.unfair());
    row.put("fingerprint", m.fingerprints());
  }

  private static void addTimes(Map<String, Object> row, RankTimes times) {
    row.put("compute_ms", times == null ? null : finite(times.compute()));
    row.put("idle_ms", times == null ? null : finite(times.idle()));
    row.put("pack_ms", times == null ? null : finite(times.pack()));
    row.put("merge_ms", times == null ? null : finite(times.merge()));
    row.put("transfer_ms", times == null ? null : finite(times.transfer()));
    row.put("waiting_ms", times == null ? null : finite(times.waiting()));
    row.put("gc_ms", times == null ? null : finite(times.gc()));
    row.put("jit_ms", times == null ? null : finite(times.jit()));
  }

  private static void addRest(Map<String, Object> row, Measurement m) {
    row.put("exposed_ms", finite(m.median(BenchRow::exposedMillis)));
    row.put("bytes", finite(m.median(BenchRow::bytesSent)));
    row.put("messages", finite(m.median(BenchRow::messages)));
    row.put("peak_mib", finite(m.median(BenchRow::peakMiB)));
    row.put("resident_mib", finite(m.median(BenchRow::residentMiB)));
    row.put("link_latency_us", finite(m.median(BenchRow::latencyMicros)));
    row.put("link_gb_per_second", finite(m.median(BenchRow::linkSpeed)));
    row.put("gb_per_second", finite(m.median(BenchRow::gbPerSecond)));
    row.put("gflops", finite(m.median(BenchRow::gflops)));
  }

  private static void addLatency(Map<String, Object> row, Measurement m, String name) {
    row.put(name + "_p50_ms", finite(m.latency(name, Percentiles::p50).orElse(Double.NaN)));
    row.put(name + "_p95_ms", finite(m.latency(name, Percentiles::p95).orElse(Double.NaN)));
    row.put(name + "_p99_ms", finite(m.latency(name, Percentiles::p99).orElse(Double.NaN)));
  }

  /** Returns a number for JSON, which has only finite numbers; null for others. */
  private static Double finite(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }
}
