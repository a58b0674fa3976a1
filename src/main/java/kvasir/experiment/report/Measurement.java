package kvasir.experiment.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import kvasir.bench.BenchRow;
import kvasir.bench.RankTimes;
import kvasir.experiment.Arm;
import kvasir.measure.Estimate;
import kvasir.measure.Statistics;

/**
 * One test on one arm, from all its starts.
 *
 * @param label of the arm, short
 * @param speed tokens per second
 * @param rows one for each start; not empty
 */
record Measurement(Arm arm, String label, String test, Estimate speed, List<BenchRow> rows) {

  /** Empty where no row has a sample. */
  static Optional<Measurement> of(Arm arm, String label, String test, List<BenchRow> rows) {
    List<BenchRow> timed = rows.stream().filter(r -> samples(r).length > 0).toList();
    if (timed.isEmpty()) {
      return Optional.empty();
    }
    Estimate speed = Statistics.bootstrap(timed.stream().map(Measurement::samples).toList());
    return Optional.of(new Measurement(arm, label, test, speed, timed));
  }

  private static double[] samples(BenchRow row) {
    return row.samples() == null
        ? new double[0]
        : row.samples().stream()
            .filter(s -> s != null && Double.isFinite(s) && s > 0)
            .mapToDouble(Double::doubleValue)
            .toArray();
  }

  /** Reasons of all its starts, each once; empty when it is comparable with others. */
  List<String> unfair() {
    return rows.stream()
        .filter(r -> r.conditions() != null)
        .flatMap(r -> r.conditions().unfair().stream())
        .distinct()
        .toList();
  }

  boolean fair() {
    return unfair().isEmpty();
  }

  /** {@code " (unfair: oversubscribed)"}, or nothing. */
  String mark() {
    return fair() ? "" : " (unfair: " + String.join("; ", unfair()) + ")";
  }

  Optional<RankTimes> times() {
    return Times.mean(rows);
  }

  /** The median over starts of what each row says. */
  double median(ToDoubleFunction<BenchRow> value) {
    return Statistics.median(rows.stream().mapToDouble(value).toArray());
  }

  /** Of all starts, each once; more than one means that starts disagree. */
  List<String> fingerprints() {
    return rows.stream()
        .map(BenchRow::fingerprint)
        .filter(f -> f != null && !f.isEmpty())
        .distinct()
        .toList();
  }

  double millisPerToken() {
    return 1000 / speed.median();
  }

  /** What must be the same for two arms to compute the same bits. */
  String problem() {
    String block = arm.blockSize() == 0 ? "" : ", blocks of " + arm.blockSize();
    return test + ", " + arm.attention() + ", " + arm.kvType() + block;
  }
}
