package kvasir.lab.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.RankTimes;

/** Mean of the times by cause over several ranks and runs. */
final class MeanTimes {
  private static final int ALL_RANKS = -1;

  private MeanTimes() {}

  /** Returns the mean over all ranks of all rows; empty if no row has times. */
  static Optional<RankTimes> mean(List<BenchRow> rows) {
    List<RankTimes> all =
        rows.stream().filter(r -> r.times() != null).flatMap(r -> r.times().stream()).toList();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new RankTimes(
            ALL_RANKS,
            mean(all, RankTimes::compute),
            mean(all, RankTimes::idle),
            mean(all, RankTimes::pack),
            mean(all, RankTimes::merge),
            mean(all, RankTimes::transfer),
            mean(all, RankTimes::waiting),
            mean(all, RankTimes::gc),
            mean(all, RankTimes::jit)));
  }

  /**
   * Returns the share of a step that is spent on messages: copying, transfer, and waiting for the
   * last rank.
   */
  static double communication(RankTimes times) {
    double total = times.total();
    return total == 0 ? 0 : (times.pack() + times.transfer() + times.waiting()) / total;
  }

  private static double mean(List<RankTimes> all, ToDoubleFunction<RankTimes> part) {
    return all.stream().mapToDouble(part).average().orElse(0);
  }
}
