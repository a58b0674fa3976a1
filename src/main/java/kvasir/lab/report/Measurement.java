package kvasir.lab.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.RankTimes;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ArmEstimates;
import kvasir.measure.Estimate;
import kvasir.measure.Percentiles;
import kvasir.measure.Statistics;

/**
 * The measurement of one test on one arm, over all its starts.
 *
 * @param label short name of the arm
 */
record Measurement(Arm arm, String label, ArmEstimates.Point point) {
  String test() {
    return point.test();
  }

  /** Returns the estimate of tokens per second. */
  Estimate speed() {
    return point.rate();
  }

  /** Returns a row for each start that counts; not empty. */
  List<BenchRow> rows() {
    return point.rows();
  }

  /** Returns the reasons for which it cannot be compared with others; empty if it can. */
  List<String> unfair() {
    return point.unfair();
  }

  boolean fair() {
    return unfair().isEmpty();
  }

  /**
   * Returns a mark for unfair measurements, such as {@code " (unfair: oversubscribed)"}; empty for
   * fair ones.
   */
  String mark() {
    return fair() ? "" : " (unfair: " + String.join("; ", unfair()) + ")";
  }

  /** Returns the mean time of the ranks by cause; empty if no row has times. */
  Optional<RankTimes> times() {
    return MeanTimes.mean(rows());
  }

  /** Returns the median of a value over the starts that count. */
  double median(ToDoubleFunction<BenchRow> value) {
    return Statistics.median(rows().stream().mapToDouble(value).toArray());
  }

  /**
   * Returns the median of a latency's percentile over the starts that count, in milliseconds; empty
   * if a start does not have it.
   */
  OptionalDouble latency(String name, ToDoubleFunction<Percentiles> percentile) {
    return rows().stream().allMatch(row -> row.latencies().containsKey(name))
        ? OptionalDouble.of(median(row -> percentile.applyAsDouble(row.latencies().get(name))))
        : OptionalDouble.empty();
  }

  /** Returns the distinct fingerprints of all starts; more than one means that starts disagree. */
  List<String> fingerprints() {
    // Unfair starts are included, since other programs change the time but not the bits.
    return Stream.concat(rows().stream(), point.leftOut().stream())
        .map(BenchRow::fingerprint)
        .filter(f -> f != null && !f.isEmpty())
        .distinct()
        .toList();
  }

  /**
   * Returns a description of everything that decides the bits; arms with an equal one must compute
   * the same bits.
   */
  String problem() {
    String block = arm.blockSize() == 0 ? "" : ", blocks of " + arm.blockSize();
    return test() + ", " + arm.attention() + ", " + arm.kvType() + block;
  }
}
