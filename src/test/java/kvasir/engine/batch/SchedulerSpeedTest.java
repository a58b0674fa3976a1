package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work of a step that many sequences wait for (B52). */
class SchedulerSpeedTest {
  private static final int STEPS = 200;

  /** Most wait for places, or most wait for the prefix that A computes. */
  @ParameterizedTest
  @ValueSource(strings = {"1000 x W 300+20 @0", "1000 x W ~A 5800, 5900+20 @0"})
  void aThousandWaitingSequencesCostAStepLittle(String waiting) {
    String limits = "pool 400 x 32; rows 128; sequences 64; nanos 1000000000; ";
    Replay replay =
        new Replay(limits + "32 x R 20+1000 @0; A 6000+9 @0; B ~A 5900, 6000+9 @0; " + waiting);
    replay.schedule.lines.forEach(replay::submit);
    long[] nanos = new long[STEPS];
    long before = allocated();
    for (int step = 0; step < STEPS; step++) {
      long start = System.nanoTime();
      StepPlan plan = replay.scheduler.next().orElseThrow();
      nanos[step] = System.nanoTime() - start;
      for (Span span : plan.spans()) {
        if (span.logits() > 0) {
          replay.scheduler.chosen(span.sequence(), step);
        }
      }
      replay.scheduler.stepTook(0);
    }
    long bytes = (allocated() - before) / STEPS;
    Arrays.sort(nanos);
    assertTrue(nanos[STEPS / 2] < 1_000_000, nanos[STEPS / 2] + " ns");
    assertTrue(bytes < 100_000, bytes + " bytes a step");
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
