package kvasir.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SteadyStateTest {
  /** Adds runs until the state is steady, 200 at most, and returns their number. */
  private static int runsUntilSteady(
      java.util.function.IntToDoubleFunction seconds, java.util.function.IntToLongFunction jit) {
    SteadyState state = new SteadyState();
    for (int run = 0; run < 200; run++) {
      state.add(seconds.applyAsDouble(run), jit.applyAsLong(run));
      if (state.reached()) {
        assertEquals(run + 1, state.runs());
        return run + 1;
      }
    }
    return Integer.MAX_VALUE;
  }

  @Test
  void equalRunsAreSteadyAfterTwoWindows() {
    assertEquals(30, runsUntilSteady(run -> 0.1, run -> 0));
    assertEquals(7, runsUntilSteady(run -> 2, run -> 0));
  }

  @Test
  void runsThatBecomeFasterAreNot() {
    assertEquals(Integer.MAX_VALUE, runsUntilSteady(run -> Math.pow(0.98, run), run -> 0));
    int late = runsUntilSteady(run -> run < 40 ? 1 - 0.02 * run : 0.2, run -> 0);
    assertTrue(late > 40 && late < 60, "steady after " + late);
  }

  @Test
  void aWorkingCompilerIsAwaited() {
    int quiet = runsUntilSteady(run -> 0.1, run -> Math.min(run, 50) * 20L);
    assertTrue(quiet > 50 && quiet < 70, "steady after " + quiet);
  }

  @Test
  void aSlowRunNowAndThenDoesNotHinder() {
    assertTrue(runsUntilSteady(run -> run % 7 == 3 ? 0.3 : 0.1, run -> 0) < 60);
  }

  @Test
  void nothingIsSteadyBeforeItHasRun() {
    assertFalse(new SteadyState().reached());
  }
}
