package kvasir.lab.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kvasir.lab.bench.BenchRow;
import kvasir.measure.Estimate;
import kvasir.measure.Statistics;

/** Estimates of an arm's rates from all its starts. */
public final class ArmEstimates {
  private ArmEstimates() {}

  /**
   * The estimate for one test of an arm. Unfair starts, which did not have the machine to
   * themselves, count only if no start was fair.
   *
   * @param test name of the test
   * @param rate tokens per second
   * @param rows the rows of the starts that count; not empty
   * @param leftOut the rows of the other starts
   */
  public record Point(String test, Estimate rate, List<BenchRow> rows, List<BenchRow> leftOut) {
    /** Returns the reasons for which the starts that count are unfair; empty if they are fair. */
    public List<String> unfair() {
      return reasons(rows);
    }

    /**
     * Returns a note on starts that do not count, such as {@code 1 of 4 starts left out: other load
     * 8 %}; empty if all count.
     */
    public String without() {
      return leftOut.isEmpty()
          ? ""
          : "%d of %d starts left out: %s"
              .formatted(
                  leftOut.size(),
                  leftOut.size() + rows.size(),
                  String.join(", ", reasons(leftOut)));
    }

    private static List<String> reasons(List<BenchRow> rows) {
      return rows.stream().flatMap(row -> row.conditions().unfair().stream()).distinct().toList();
    }
  }

  /**
   * Returns the estimates for the tests of an arm that have ended at least once, in the order of
   * the tests.
   */
  public static List<Point> of(ExperimentResult result, Arm arm) {
    Map<String, List<BenchRow>> tests =
        result.runs().stream()
            .filter(run -> run.arm().id().equals(arm.id()))
            .flatMap(run -> run.rows().stream())
            .collect(
                Collectors.groupingBy(BenchRow::test, LinkedHashMap::new, Collectors.toList()));
    return tests.entrySet().stream().map(test -> point(test.getKey(), test.getValue())).toList();
  }

  private static Point point(String test, List<BenchRow> rows) {
    Map<Boolean, List<BenchRow>> byFairness =
        rows.stream().collect(Collectors.partitioningBy(r -> r.conditions().unfair().isEmpty()));
    List<BenchRow> fair = byFairness.get(true);
    return fair.isEmpty()
        ? new Point(test, estimate(rows), List.copyOf(rows), List.of())
        : new Point(test, estimate(fair), fair, byFairness.get(false));
  }

  private static Estimate estimate(List<BenchRow> rows) {
    return Statistics.bootstrap(
        rows.stream()
            .map(row -> row.samples().stream().mapToDouble(Double::doubleValue).toArray())
            .toList());
  }
}
