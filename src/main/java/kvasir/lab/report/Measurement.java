package kvasir.lab.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.RankTimes;
import kvasir.lab.experiment.Arm;
import kvasir.lab.experiment.ArmEstimates;
import kvasir.measure.Estimate;
import kvasir.measure.Statistics;

/**
 * One test on one arm, from all its starts.
 *
 * @param label of the arm, short
 */
record Measurement(Arm arm, String label, ArmEstimates.Point point) {
  String test() {
    return point.test();
  }

  /** Tokens per second. */
  Estimate speed() {
    return point.rate();
  }

  /** One for each start that counts; not empty. */
  List<BenchRow> rows() {
    return point.rows();
  }

  /** Why it is not comparable with others; empty when it is. */
  List<String> unfair() {
    return point.unfair();
  }

  boolean fair() {
    return unfair().isEmpty();
  }

  /** {@code " (unfair: oversubscribed)"}, or nothing. */
  String mark() {
    return fair() ? "" : " (unfair: " + String.join("; ", unfair()) + ")";
  }

  Optional<RankTimes> times() {
    return MeanTimes.mean(rows());
  }

  /** The median over starts of what each row says. */
  double median(ToDoubleFunction<BenchRow> value) {
    return Statistics.median(rows().stream().mapToDouble(value).toArray());
  }

  /** Of all starts, each once; more than one means that starts disagree. */
  List<String> fingerprints() {
    // Whatever else ran beside it, bits are bits.
    return Stream.concat(rows().stream(), point.leftOut().stream())
        .map(BenchRow::fingerprint)
        .filter(f -> f != null && !f.isEmpty())
        .distinct()
        .toList();
  }

  /** What must be the same for two arms to compute the same bits. */
  String problem() {
    String block = arm.blockSize() == 0 ? "" : ", blocks of " + arm.blockSize();
    return test() + ", " + arm.attention() + ", " + arm.kvType() + block;
  }
}
