package kvasir.lab.bench;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a test had the machine that it should have.
 *
 * @param steady whether warm-up ended because times had stopped to change
 * @param threadsPerProcessor of the machine that has most; above 1 threads share processors
 * @param otherLoad share of the processors that other programs took
 * @param stolen share of the processors that the hypervisor gave to others
 * @param throttled times that a quota or heat slowed processors down
 * @param swapped pages moved to or from disk
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

  /** Why this test is not comparable with others, each reason a few words; empty when it is. */
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
