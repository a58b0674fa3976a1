package kvasir.lab.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * The reports of all ranks on one test, and their totals per token.
 *
 * @param ranks reports in the order of ranks
 * @param tokens number of tokens in all timed runs together
 */
record RankReports(List<RankReport> ranks, double tokens) {
  private static final double MIB = 1 << 20;

  /** Returns the peak of resident memory, summed over the ranks. */
  double peakMiB() {
    return ranks.stream().mapToDouble(r -> r.peakBytes() / MIB).sum();
  }

  /** Returns the peak of resident memory of the rank that had most. */
  double residentMiB() {
    return largest(r -> r.peakBytes() / MIB);
  }

  /** Returns the bytes sent per token, by the rank that sent most. */
  double bytesSent() {
    return largest(r -> r.traffic().bytes() / tokens);
  }

  /** Returns the messages sent per token, by the rank that sent most. */
  double messages() {
    return largest(r -> r.traffic().messages() / tokens);
  }

  /**
   * Returns the exposed communication time per token, of the rank where it is shortest: the other
   * ranks also waited for that one.
   */
  double exposedMillis() {
    return ranks.stream()
        .mapToDouble(r -> millis((double) r.traffic().nanos()))
        .min()
        .orElseThrow();
  }

  private double largest(ToDoubleFunction<RankReport> value) {
    return ranks.stream().mapToDouble(value).max().orElseThrow();
  }

  private double millis(double nanos) {
    return nanos / 1e6 / tokens;
  }

  List<RankPlace> places() {
    return ranks.stream().map(RankReport::place).toList();
  }

  /** Returns the time per token of each rank, by cause. */
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

  /**
   * Returns the time of transfer in all exchanges. In each exchange it is the time of the rank that
   * came last, since that rank did not wait.
   */
  private double transfer() {
    double sum = 0;
    for (int i = 0; i < ranks.getFirst().times().exchanges().length; i++) {
      int operation = i;
      sum += ranks.stream().mapToLong(r -> r.times().exchanges()[operation]).min().orElseThrow();
    }
    return sum;
  }

  /** Returns the state of the machines during the test. */
  Conditions conditions(boolean steady, double warmUpSeconds, int warmUpRuns) {
    Map<String, List<RankReport>> machines = new HashMap<>();
    ranks.forEach(
        r -> machines.computeIfAbsent(r.place().machine(), m -> new ArrayList<>()).add(r));
    double threads = 0;
    double other = 0;
    for (List<RankReport> machine : machines.values()) {
      double processors = machine.getFirst().load().processors();
      double running = machine.stream().mapToInt(RankReport::threads).sum();
      // Each rank of a process reports the load of the whole process.
      double ranksLoad =
          machine.stream().mapToDouble(r -> r.load().ownShare()).sum() / ranksInProcess(machine);
      double busy = machine.stream().mapToDouble(r -> r.load().busyShare()).max().orElse(0);
      threads = Math.max(threads, processors == 0 ? 0 : running / processors);
      other = Math.max(other, busy - ranksLoad);
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
