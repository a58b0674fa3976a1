package kvasir.lab.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.RankTimes;

/** Time splits of several ranks and runs as one. */
final class MeanTimes {
  private static final int ALL_RANKS = -1;

  private MeanTimes() {}

  /** Mean over all ranks of all rows; empty where none has times. */
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

  /** Share of a step that goes to messages: copying, transfer, and waiting for the last rank. */
  static double communication(RankTimes times) {
    double total = times.total();
    return total == 0 ? 0 : (times.pack() + times.transfer() + times.waiting()) / total;
  }

  private static double mean(List<RankTimes> all, ToDoubleFunction<RankTimes> part) {
    return all.stream().mapToDouble(part).average().orElse(0);
  }
}
