package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Replays of small schedules; B7 and so on name the situations that they come from. */
class SchedulerTest {
  @Test
  void theLastChosenTokenNeedsNoRoomB7() {
    Replay.of("pool 2 x 16; A 32+1 @0");
    Replay.of("pool 2 x 16; A 1+32 @0");
    Replay.of("pool 3 x 16; A 32+2 @0");
    Replay refused = Replay.of("pool 2 x 16; A 32+2 @0; B 5+3 @0");
    assertEquals(1, refused.outcomes.size());
    assertTrue(
        refused.refused.get("A").contains("33 tokens take 3 blocks"), refused.refused.get("A"));
    Replay.of("pool 8 x 16; context 128; A 127+4 @0; B 128+4 @0; C 120+1000 @0");
    assertEquals(1, Replay.of("pool 8 x 16; context 128; A 129+4 @0").refused.size());
  }

  @Test
  void twoThatPushEachOtherOutB23() {
    Replay replay = Replay.of("pool 6 x 16; A 40+40 @0; B 40+40 @0");
    assertEquals(1, replay.get("A").begins);
    assertTrue(replay.get("A").end <= 42);
    assertTrue(replay.get("B").begins <= 3);
  }

  @Test
  void allArriveInOneStepB16() {
    Replay replay = Replay.of("pool 80 x 16; rows 128; 32 x A 64+4 @0");
    int rows = replay.outcomes.values().stream().mapToInt(o -> o.promptRows).sum();
    assertTrue(rows >= 64 + 31 && rows <= 64 + 31 * 16, rows + " rows");
  }
}
