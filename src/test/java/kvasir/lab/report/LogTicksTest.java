package kvasir.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogTicksTest {
  @Test
  void shortAxesHaveSeveralNumbersAndLongOnesNotTooMany() {
    assertEquals(List.of(5.0, 10.0, 20.0, 50.0), LogTicks.values(4, 60));
    assertEquals(
        List.of(1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0), LogTicks.values(1, 4000));
    for (double span = 8; span < 1e9; span *= 3) {
      int ticks = LogTicks.values(0.7, 0.7 * span).size();
      assertTrue(ticks >= 2 && ticks <= 10, ticks + " for " + span);
    }
  }
}
