package kvasir.engine.batch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Random schedules on one to eight ranks. {@code -Dkvasir.soak.seed=N} replays one that failed,
 * {@code -Dkvasir.soak.cases=N} sets their number.
 */
@Execution(ExecutionMode.CONCURRENT)
class SchedulerSoakTest {
  @Test
  void everySequenceHasItsOwnTokensWhateverHappens() {
    Long only = Long.getLong("kvasir.soak.seed");
    long first = only == null ? 0 : only;
    long cases = only == null ? Integer.getInteger("kvasir.soak.cases", 600) : 1;
    for (long seed = first; seed < first + cases; seed++) {
      String schedule = new RandomSchedule(seed).next();
      try {
        Replay.of(schedule);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dkvasir.soak.seed=" + seed + ": " + schedule, e);
      }
    }
  }
}
