package kvasir.lab.bench;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The state of the machines during a test, by which its fairness is judged.
 *
 * @param steady true if the warm-up ended as it should, with times that had stopped changing
 * @param warmUpSeconds duration of the warm-up
 * @param warmUpRuns number of runs of the warm-up
 * @param threadsPerProcessor threads of ranks per processor, on the machine that has most; above 1
 *     threads share processors
 * @param otherLoad share of the processors' time that other programs took
 * @param stolen share of the processors' time that the hypervisor gave to other machines
 * @param throttled number of times that a quota or heat slowed processors down
 * @param swapped number of pages moved to or from disk
 */
public record Conditions(
    boolean steady,
    double warmUpSeconds,
    int warmUpRuns,
    double threadsPerProcessor,
    double otherLoad,
    double stolen,
    long throttled,
    long swapped) {
  private static final double MOST_OTHER_LOAD = 0.05;
  private static final double MOST_STOLEN = 0.02;

  /**
   * Returns the reasons for which this test cannot be compared with others, a few words each; empty
   * if it can.
   */
  @JsonIgnore
  public List<String> unfair() {
    List<String> reasons = new ArrayList<>();
    add(reasons, threadsPerProcessor > 1, "oversubscribed");
    add(reasons, !steady, "not steady after %.0f s".formatted(warmUpSeconds));
    add(reasons, otherLoad > MOST_OTHER_LOAD, percent("other load", otherLoad));
    add(reasons, stolen > MOST_STOLEN, percent("stolen by the hypervisor", stolen));
    add(reasons, throttled > 0, "throttled");
    add(reasons, swapped > 0, "swapping");
    return reasons;
  }

  private static void add(List<String> reasons, boolean holds, String reason) {
    if (holds) {
      reasons.add(reason);
    }
  }

  private static String percent(String what, double share) {
    return String.format(Locale.ROOT, "%s %.0f %%", what, 100 * share);
  }
}
