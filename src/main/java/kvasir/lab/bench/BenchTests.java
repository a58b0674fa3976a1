package kvasir.lab.bench;

import java.util.List;

/**
 * The tests of a benchmark, in their order.
 *
 * @param speeds tests of prompts and of generation
 * @param loads tests of requests that are kept running
 * @param arrivals tests of a prompt that arrives beside others
 * @param stepNanos time of a step that prompts may fill in loads and arrivals, in nanoseconds
 */
public record BenchTests(
    List<BenchTest> speeds, List<LoadTest> loads, List<ArrivalTest> arrivals, long stepNanos) {
  /** Returns true if there is no test. */
  public boolean none() {
    return speeds.isEmpty() && loads.isEmpty() && arrivals.isEmpty();
  }
}
