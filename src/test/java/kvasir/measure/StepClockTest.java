package kvasir.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import kvasir.measure.StepClock.Part;
import kvasir.measure.StepClock.Times;
import org.junit.jupiter.api.Test;

class StepClockTest {
  private final AtomicLong regions = new AtomicLong();
  private final AtomicLong busy = new AtomicLong();

  @Test
  void partsAddUpToTheWholeTime() {
    StepClock clock = new StepClock(1, regions::get, busy::get);
    long begin = System.nanoTime();
    clock.start();
    for (int i = 0; i < 1000; i++) {
      Part before = clock.enter(Part.PACK);
      clock.enter(Part.EXCHANGE);
      clock.enter(Part.MERGE);
      clock.enter(before);
    }
    Times times = clock.stop();
    long end = System.nanoTime();
    long exchanges = java.util.stream.LongStream.of(times.exchanges()).sum();
    long sum = times.compute() + times.pack() + times.merge() + exchanges;
    assertTrue(sum > 0 && sum <= end - begin, sum + " of " + (end - begin));
  }

  @Test
  void leavingComputationAndComingBackIsOneOperation() {
    StepClock clock = new StepClock(1, regions::get, busy::get);
    clock.enter(Part.PACK);
    clock.enter(Part.COMPUTE);
    clock.start();
    for (int i = 0; i < 3000; i++) {
      Part outer = clock.enter(Part.MERGE);
      Part inner = clock.enter(Part.EXCHANGE);
      assertEquals(Part.MERGE, inner);
      clock.enter(inner);
      clock.enter(outer);
    }
    assertEquals(3001, clock.stop().exchanges().length, "and one for what comes after");
    clock.start();
    assertEquals(1, clock.stop().exchanges().length, "a start begins from nothing");
  }

  @Test
  void aBareExchangeIsNoOperationOfItsOwn() {
    StepClock clock = new StepClock(1, regions::get, busy::get);
    clock.start();
    for (int i = 0; i < 3; i++) {
      clock.enter(clock.enter(Part.EXCHANGE));
    }
    Times times = clock.stop();
    assertEquals(1, times.exchanges().length);
    assertTrue(times.exchanges()[0] > 0);
  }

  @Test
  void aMemberIsIdleWhileOthersWorkAndWhileTheMainThreadIsAlone() {
    StepClock clock = new StepClock(2, regions::get, busy::get);
    clock.start();
    // A region of 100 in which one of two members worked 100 and the other 60.
    regions.addAndGet(100);
    busy.addAndGet(160);
    Times times = clock.stop();
    assertEquals((times.compute() + 100 - 160) / 2, times.idle());
  }

  @Test
  void whatTheTeamDoesInOtherPartsIsNotIdle() {
    StepClock clock = new StepClock(1, regions::get, busy::get);
    clock.start();
    clock.enter(Part.PACK);
    regions.addAndGet(1_000_000);
    clock.enter(Part.COMPUTE);
    assertEquals(0, clock.stop().idle());
  }
}
