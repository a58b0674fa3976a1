package kvasir.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kvasir.bench.BenchRow;
import kvasir.measure.Estimate;
import kvasir.measure.Statistics;

/** What all starts of an arm say together. */
public final class ArmEstimates {
  private ArmEstimates() {}

  /**
   * One test of an arm.
   *
   * @param rate tokens per second
   * @param rows of each start
   */
  public record Point(String test, Estimate rate, List<BenchRow> rows) {}

  /** The tests of an arm that have ended at least once, in their order. */
  public static List<Point> of(ExperimentResult result, Arm arm) {
    Map<String, List<BenchRow>> tests =
        result.runs().stream()
            .filter(run -> run.arm().id().equals(arm.id()))
            .flatMap(run -> run.rows().stream())
            .collect(
                Collectors.groupingBy(BenchRow::test, LinkedHashMap::new, Collectors.toList()));
    return tests.entrySet().stream()
        .map(test -> new Point(test.getKey(), estimate(test.getValue()), test.getValue()))
        .toList();
  }

  private static Estimate estimate(List<BenchRow> rows) {
    return Statistics.bootstrap(
        rows.stream()
            .map(row -> row.samples().stream().mapToDouble(Double::doubleValue).toArray())
            .toList());
  }
}
