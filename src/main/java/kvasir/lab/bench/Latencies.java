package kvasir.lab.bench;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import kvasir.measure.Percentiles;

/** Percentiles of named latencies. */
final class Latencies {
  private Latencies() {}

  /** Returns the percentiles of each list of milliseconds, in the order of the names. */
  static Map<String, Percentiles> of(Map<String, List<Double>> millis) {
    SortedMap<String, Percentiles> all = new TreeMap<>();
    millis.forEach(
        (name, values) ->
            all.put(
                name, Percentiles.of(values.stream().mapToDouble(Double::doubleValue).toArray())));
    return all;
  }
}
