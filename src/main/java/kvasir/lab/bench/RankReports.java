package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** All ranks' reports of one test, on rank 0, and what they come to per token. */
record RankReports(List<RankReport> ranks, double tokens) {
  private static final double MIB = 1 << 20;

  double peakMiB() {
    return ranks.stream().mapToDouble(r -> r.peakBytes() / MIB).sum();
  }

  double residentMiB() {
    return most(r -> r.peakBytes() / MIB);
  }

  double bytesSent() {
    return most(r -> r.traffic().bytes() / tokens);
  }

  double messages() {
    return most(r -> r.traffic().messages() / tokens);
  }

  /** Of the rank that stood least: the others waited for it. */
  double exposedMillis() {
    return ranks.stream()
        .mapToDouble(r -> millis((double) r.traffic().nanos()))
        .min()
        .orElseThrow();
  }

  private double most(ToDoubleFunction<RankReport> value) {
    return ranks.stream().mapToDouble(value).max().orElseThrow();
  }

  private double millis(double nanos) {
    return nanos / 1e6 / tokens;
  }

  List<RankPlace> places() {
    return ranks.stream().map(RankReport::place).toList();
  }

  List<RankTimes> times() {
    double transfer = transfer();
    List<RankTimes> times = new ArrayList<>();
    for (RankReport rank : ranks) {
      double exchanges = LongStream.of(rank.times().exchanges()).sum();
      double gc = 1e6 * rank.jvm().gcMillis();
      double idle = rank.times().idle();
      times.add(
          new RankTimes(
              rank.place().rank(),
              millis(Math.max(0, rank.times().compute() - idle - gc)),
              millis(idle),
              millis((double) rank.times().pack()),
              millis((double) rank.times().merge()),
              millis(transfer),
              millis(exchanges - transfer),
              millis(gc),
              millis(1e6 * rank.jvm().jitMillis())));
    }
    return times;
  }

  /** Of all operations: as long as the rank that came last, and so waited for none, was in each. */
  private double transfer() {
    double sum = 0;
    for (int i = 0; i < ranks.getFirst().times().exchanges().length; i++) {
      int operation = i;
      sum += ranks.stream().mapToLong(r -> r.times().exchanges()[operation]).min().orElseThrow();
    }
    return sum;
  }

  /** Whether ranks had their machines for themselves. */
  Conditions conditions(boolean steady, double warmUpSeconds, int warmUpRuns) {
    Map<String, List<RankReport>> machines = new HashMap<>();
    ranks.forEach(
        r -> machines.computeIfAbsent(r.place().machine(), m -> new ArrayList<>()).add(r));
    double threads = 0;
    double other = 0;
    for (List<RankReport> machine : machines.values()) {
      double processors = machine.getFirst().load().processors();
      double running = machine.stream().mapToInt(RankReport::threads).sum();
      // Ranks of one process each count the whole of it.
      double own =
          machine.stream().mapToDouble(r -> r.load().ownShare()).sum() / ranksInProcess(machine);
      double busy = machine.stream().mapToDouble(r -> r.load().busyShare()).max().orElse(0);
      threads = Math.max(threads, processors == 0 ? 0 : running / processors);
      other = Math.max(other, busy - own);
    }
    return new Conditions(
        steady,
        warmUpSeconds,
        warmUpRuns,
        threads,
        Math.max(0, other),
        ranks.stream().mapToDouble(r -> r.load().stolenShare()).max().orElse(0),
        ranks.stream().mapToLong(r -> r.load().throttled()).max().orElse(0),
        ranks.stream().mapToLong(r -> r.load().swapped()).max().orElse(0));
  }

  private static double ranksInProcess(List<RankReport> machine) {
    long processes = machine.stream().mapToLong(RankReport::process).distinct().count();
    return (double) machine.size() / processes;
  }
}
