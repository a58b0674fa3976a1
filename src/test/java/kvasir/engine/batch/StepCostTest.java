package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Estimates of a step's time (B26: some say that no row fits). */
class StepCostTest {
  @Test
  void itApproachesTheTimesThatItSees() {
    for (double scale : new double[] {0.01, 1, 100}) {
      StepCost cost = new StepCost();
      SplittableRandom random = new SplittableRandom(1);
      double error = 0;
      for (int step = 0; step < 600; step++) {
        long rows = random.nextBoolean() ? random.nextInt(1, 16) : random.nextInt(16, 512);
        long keys = rows * random.nextInt(1, 8000);
        double nanos = scale * (2e7 + 3e5 * rows + 400 * keys) * (0.9 + 0.2 * random.nextDouble());
        if (step >= 500) {
          error = Math.max(error, Math.abs(Math.log(cost.nanos(rows, keys) / nanos)));
        }
        cost.observe(rows, keys, (long) nanos);
      }
      assertTrue(error < 0.4, "estimates differ by a factor of " + Math.exp(error));
    }
  }

  @Test
  void oneInterruptedStepChangesLittle() {
    StepCost cost = new StepCost(1e7, 1e6, 100);
    cost.observe(10, 1000, 20_100_000);
    cost.observe(10, 1000, 3_600_000_000_000L);
    assertTrue(cost.nanos(10, 1000) < 2 * 20_100_000);
  }

  @Test
  void timesWithoutMeaningAreIgnored() {
    StepCost cost = new StepCost(1e7, 1e6, 100);
    cost.observe(10, 1000, 0);
    cost.observe(10, 1000, Long.MIN_VALUE);
    cost.observe(0, 0, 5);
    assertEquals(1e7 + 1e7 + 1e5, cost.nanos(10, 1000), 1);
    for (int i = 0; i < 10_000; i++) {
      cost.observe(1 << 20, Long.MAX_VALUE, i % 2 == 0 ? 1 : Long.MAX_VALUE);
    }
    assertTrue(cost.nanos(1, 1) > 0 && Double.isFinite(cost.nanos(1, 1)));
  }

  @Test
  void rowsWithinATimeAreThoseWhoseCostFits() {
    StepCost cost = new StepCost(1e6, 5e5, 120);
    for (int position : new int[] {0, 1, 1000, 100_000}) {
      for (double nanos : new double[] {1, 4e5, 6e5, 1e7, 1.5e8, 1e10}) {
        int rows = cost.rowsWithin(nanos, position, 1 << 20);
        double fixed = cost.nanos(0, 0);
        assertTrue(cost.nanos(rows, Span.keys(position, rows)) - fixed <= nanos * 1.000001);
        assertTrue(cost.nanos(rows + 1, Span.keys(position, rows + 1)) - fixed > nanos * 0.999999);
      }
    }
    assertEquals(7, cost.rowsWithin(Double.POSITIVE_INFINITY, 5, 7));
    assertEquals(0, cost.rowsWithin(0, 0, 7));
    assertEquals(0, cost.rowsWithin(Double.NaN, 0, 7));
  }
}
