package kvasir.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void medianOfOddAndEvenNumbers() {
    assertEquals(2, Statistics.median(new double[] {3, 1, 2}));
    assertEquals(2.5, Statistics.median(new double[] {4, 1, 2, 3}));
    assertEquals(7, Statistics.median(new double[] {7}));
  }

  @Test
  void equalSamplesLeaveNoDoubt() {
    Estimate same = Statistics.bootstrap(List.of(new double[] {5, 5, 5}, new double[] {5}));
    assertEquals(new Estimate(5, 5, 5, 4), same);
  }

  @Test
  void processesThatDifferAreInTheIntervalHoweverEqualTheirSamples() {
    Estimate spread =
        Statistics.bootstrap(
            List.of(new double[] {10, 10, 10}, new double[] {12, 12}, new double[] {14, 14, 14}));
    assertEquals(12, spread.median());
    assertEquals(10, spread.low());
    assertEquals(14, spread.high());
  }

  @Test
  void theSameDataGiveTheSameInterval() {
    List<double[]> data = List.of(new double[] {1, 4, 2}, new double[] {3, 9}, new double[] {2});
    assertEquals(Statistics.bootstrap(data), Statistics.bootstrap(data));
  }

  @Test
  void intervalsThatTouchDoNotDiffer() {
    Estimate low = new Estimate(1, 0, 2, 3);
    assertFalse(low.differsFrom(new Estimate(3, 2, 4, 3)));
    assertTrue(low.differsFrom(new Estimate(3, 2.1, 4, 3)));
    assertTrue(new Estimate(3, 2.1, 4, 3).differsFrom(low));
  }
}
