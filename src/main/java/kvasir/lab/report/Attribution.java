package kvasir.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import kvasir.lab.bench.BenchRow;
import kvasir.lab.bench.RankTimes;

/**
 * The difference of two layouts' times by cause, in milliseconds per token, as means over ranks.
 *
 * @param slow the layout whose step takes longer
 * @param gap difference of the times of a step
 * @param parts difference of each cause; the parts add up to {@code gap}
 * @param jit time of JIT compiler threads beside the steps: of the slow layout, then of the fast
 *     one
 */
record Attribution(
    Measurement slow, Measurement fast, double gap, List<Cause> parts, double[] jit) {
  /** The relative difference below which two read limits count as equal. */
  private static final double ALIKE = 0.05;

  /** A cause and its part of the difference. */
  record Cause(String name, String meaning, double millis) {}

  /**
   * Returns the difference of two measurements in either order; empty if one of them has no times.
   */
  static Optional<Attribution> between(Measurement one, Measurement other) {
    Optional<RankTimes> a = one.times();
    Optional<RankTimes> b = other.times();
    if (a.isEmpty() || b.isEmpty()) {
      return Optional.empty();
    }
    if (a.get().total() < b.get().total()) {
      return between(other, one);
    }
    RankTimes slow = a.get();
    RankTimes fast = b.get();
    return Optional.of(
        new Attribution(
            one,
            other,
            slow.total() - fast.total(),
            parts(slow, fast),
            new double[] {slow.jit(), fast.jit()}));
  }

  private static List<Cause> parts(RankTimes slow, RankTimes fast) {
    return List.of(
        new Cause(
            "synchronisation",
            "threads that are idle, ranks that wait for the last",
            slow.idle() + slow.waiting() - fast.idle() - fast.waiting()),
        new Cause("transport", "messages on their way", slow.transfer() - fast.transfer()),
        new Cause("copies", "between activations and messages", slow.pack() - fast.pack()),
        new Cause("merge", "of states of attention", slow.merge() - fast.merge()),
        new Cause("garbage collection", "pauses", slow.gc() - fast.gc()),
        new Cause(
            "compute",
            "caches, placement, work that each rank repeats",
            slow.compute() - fast.compute()));
  }

  /** Returns the cause with the largest part of the gap. */
  Cause largest() {
    return parts.stream().max(Comparator.comparingDouble(Cause::millis)).orElseThrow();
  }

  /** Returns the difference in sentences. */
  String words() {
    List<String> causes = new ArrayList<>();
    for (Cause part : parts) {
      causes.add(part.name() + " " + Numbers.signed(part.millis()) + " ms");
    }
    String most =
        gap > 0 && largest().millis() > 0
            ? "The largest part is %s (%s): %s of the gap."
                .formatted(
                    largest().name(),
                    largest().meaning(),
                    Numbers.percent(largest().millis() / gap))
            : "No part stands out.";
    return "Per token %s takes %s ms longer than %s: %s. %s"
            .formatted(slow.label(), Numbers.of(gap), fast.label(), String.join(", ", causes), most)
        + placement()
        + " Beside it JIT compiler threads worked %s ms per token against %s ms."
            .formatted(Numbers.of(jit[0]), Numbers.of(jit[1]));
  }

  /** Returns a sentence on the placement of memory, which shows in the processes' read limits. */
  private String placement() {
    double one = slow.median(BenchRow::readLimit);
    double other = fast.median(BenchRow::readLimit);
    if (!(one > 0) || !(other > 0)) {
      return "";
    }
    String limits =
        " When they only read memory they reached %s and %s GB/s: "
            .formatted(Numbers.of(one), Numbers.of(other));
    return Math.abs(one / other - 1) < ALIKE
        ? limits + "placement is no reason."
        : limits
            + "placement may explain %s ms of compute."
                .formatted(Numbers.signed(compute() * (1 - one / other)));
  }

  private double compute() {
    return slow.times().map(RankTimes::compute).orElse(0.0);
  }
}
