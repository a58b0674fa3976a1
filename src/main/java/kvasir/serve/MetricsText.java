package kvasir.serve;

import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import kvasir.engine.batch.RankState;

/**
 * Writer of Prometheus' text format. Each metric is written once, with its help and its type. Used
 * by one thread.
 */
final class MetricsText {
  private final StringBuilder out = new StringBuilder();

  /** Returns labels for {@link #line}; names and values in turn. */
  static String labels(String... namesAndValues) {
    StringJoiner labels = new StringJoiner(",");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.add(namesAndValues[i] + "=\"" + escaped(namesAndValues[i + 1]) + "\"");
    }
    return labels.toString();
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** Begins a metric; its help is one line. */
  void head(String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** Adds a value; {@code labels} are empty or come from {@link #labels}. */
  void line(String name, String labels, Object value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append('{').append(labels).append('}');
    }
    out.append(' ').append(value).append('\n');
  }

  /** Adds a metric with a value of each rank. */
  void ofRanks(
      String name,
      String type,
      String help,
      List<RankState> ranks,
      Function<RankState, Object> value) {
    head(name, type, help);
    for (int rank = 0; rank < ranks.size(); rank++) {
      line(name, labels("rank", String.valueOf(rank)), value.apply(ranks.get(rank)));
    }
  }

  /** Adds a metric that goes up and down. */
  void gauge(String name, String help, long value) {
    head(name, "gauge", help);
    line(name, "", value);
  }

  /** Adds a metric that only grows. */
  void counter(String name, String help, long value) {
    head(name, "counter", help);
    line(name, "", value);
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
