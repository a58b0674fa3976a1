package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import kvasir.engine.sampling.ChoiceOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replays of small schedules; the numbers at the end of the names, such as B7, are those of the
 * situations that they come from.
 */
class SchedulerTest {
  @Test
  void oneThatCannotRunAloneIsRefusedBeforehandB22() {
    Replay replay = Replay.of("pool 50 x 16; A 60+9 @0; B 1000+9 @0; C 60+9 @0; D 300+900 @0");
    assertEquals(2, replay.refused.size());
    assertEquals(
        "1,008 tokens take 63 blocks (63,000 bytes) on rank 0, which has 50 (50,000 bytes)",
        replay.refused.get("B"));
    assertTrue(replay.get("A").complete && replay.get("C").complete);
  }

  @Test
  void twoDoNotPushEachOtherOutB23() {
    Replay replay = Replay.of("pool 6 x 16; A 40+40 @0; B 40+40 @0");
    assertEquals(1, replay.get("A").begins.size());
    assertTrue(replay.get("A").end <= 42);
    assertTrue(replay.get("B").begins.size() <= 3);
    assertEquals(List.of(replay.get("A").end + 1), replay.get("B").begins.subList(0, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 7})
  void equalOnesOfWhichAllButOneFitDoNotThrashB23(int count) {
    String pool = "pool %d x 16; no sharing; %d x A 40+40 @0".formatted(5 * (count - 1), count);
    Replay replay = Replay.of(pool);
    assertEquals(1, replay.get("A").begins.size());
    replay.outcomes.values().forEach(o -> assertTrue(o.promptRows <= 3 * 40, o.line.name));
  }

  @Test
  void aPromptIsLetInAsAWholeB24() {
    Replay replay = Replay.of("pool 8 x 16; rows 20; A 64+40 @0; B 96+4 @1");
    assertTrue(replay.get("B").promptRows <= 2 * 96);
    assertEquals(1, replay.get("A").begins.size());
  }

  @Test
  void sequencesThatChooseDoNotTakeTheWholeStepB25() {
    Replay replay = Replay.of("pool 600 x 16; rows 32; 32 x A 1+200 @0; C 40+4 @5");
    assertTrue(replay.get("C").firstToken <= 45, "step " + replay.get("C").firstToken);
    int last = replay.outcomes.values().stream().mapToInt(o -> o.end).max().orElseThrow();
    int first = replay.outcomes.get("A").end;
    assertEquals(199, first);
    assertTrue(last < 199 + 20, "step " + last);
  }

  @Test
  void promptsDoNotTakeTheWholeStepB25() {
    StringBuilder lines = new StringBuilder("pool 2000 x 16; rows 64; A 1+201 @0");
    for (int i = 0; i < 200; i++) {
      lines.append("; P%d 64+1 @%d".formatted(i, i));
    }
    assertEquals(200, Replay.of(lines.toString()).get("A").end);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64, 512})
  void aShortPromptDoesNotWaitForALongOneB25(int rows) {
    Replay replay = Replay.of("pool 300 x 16; rows %d; A 4096+1 @0; B 20+4 @1".formatted(rows));
    assertTrue(replay.get("B").firstToken < replay.get("A").firstToken);
  }

  @Test
  void aLongPromptDoesNotWaitForShortOnesForEverB25() {
    StringBuilder lines = new StringBuilder("pool 60 x 16; rows 64; sequences 8; A 60+2 @0");
    for (int i = 1; i < 300; i++) {
      lines.append("; P%d 60+2 @%d".formatted(i, i));
    }
    Replay replay = Replay.of(lines.toString().replace("; P50 60+2", "; L 600+2 @50; P50 60+2"));
    assertTrue(replay.get("L").begins.getFirst() <= replay.get("P50").begins.getFirst());
    assertTrue(replay.get("L").firstToken < 120, "step " + replay.get("L").firstToken);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nanos 1",
        "chunk 1",
        "rows 7",
        "rows 1",
        "rows 7; chunk 9; nanos 900000",
        "rows 2; nanos 1"
      })
  void everyStepHasARowB26(String limit) {
    Replay.of("pool 40 x 16; " + limit + "; A 40+9 @0; B ~A 30, 50+9 @0; C 17+20 @3; D 1+5 @3");
  }

  @Test
  void preemptedSequencesKeepTheirPlaceB27() {
    String lines = "A 40+40 @0; B 50+40 @1; C 20+60 @2; D 20+4 @10; B p@9";
    Replay replay = Replay.of("pool 10 x 16; no sharing; " + lines);
    assertEquals(2, replay.get("B").begins.size());
    assertTrue(replay.get("B").begins.getLast() > 10);
    assertTrue(replay.get("B").begins.getLast() <= replay.get("D").begins.getFirst());
  }

  @Test
  void theYoungestIsPreemptedB27() {
    Replay replay = Replay.of("pool 10 x 16; A 33+60 @0; B 33+40 @0; C 33+40 @0");
    assertEquals(1, replay.get("A").begins.size());
    assertEquals(1, replay.get("B").begins.size());
    assertTrue(replay.get("C").end > replay.get("B").end);
  }

  @Test
  void oneThatFreesNothingIsNotPreemptedB27() {
    String lines = "A 20+40 @0; B 20+28 @2; C 5+12 @25";
    Replay replay = Replay.of("pool 5,2 x 16; shards 2; no sharing; " + lines);
    assertEquals(1, replay.get("A").begins.size());
    assertEquals(2, replay.get("B").begins.size());
    assertEquals(1, replay.get("C").begins.size());
    assertTrue(replay.get("C").begins.getFirst() < replay.get("B").begins.getLast());
  }

  @Test
  void oneWhoseBlocksOthersHoldTooIsNotPreemptedB27() {
    // On rank 1 the youngest, C, holds only a block that it shares with B; D has one of its own.
    String lines = "A 70+140 @0; B 128+60 @70; D 70+58 @71; C ~B 128, 129+60 @72";
    Replay replay = Replay.of("pool 20,3 x 64; shards 2; " + lines);
    assertEquals(List.of(128), replay.get("C").hits);
    assertEquals(1, replay.get("A").begins.size());
    assertEquals(1, replay.get("B").begins.size());
    assertEquals(1, replay.get("C").begins.size());
    assertEquals(2, replay.get("D").begins.size());
  }

  @Test
  void allHoldersOfASharedBlockArePreemptedTogetherB27() {
    String lines = "A 70+140 @0; B 128+60 @70; C ~B 128, 129+60 @72";
    Replay replay = Replay.of("pool 20,2 x 64; shards 2; " + lines);
    assertEquals(1, replay.get("A").begins.size());
    assertEquals(2, replay.get("B").begins.size());
    assertEquals(2, replay.get("C").begins.size());
    assertEquals(2, replay.scheduler.counts().preemptions());
  }

  @Test
  void callsOutOfOrderAreRefused() {
    Replay replay = new Replay("pool 20 x 16; rows 16; A 20+9 @0; B 20+9 @0").toStep(1);
    Scheduler scheduler = replay.scheduler;
    Request request = new Request(new int[22], 5, ChoiceOptions.GREEDY);
    assertThrows(IllegalStateException.class, () -> scheduler.stepTook(0));
    StepPlan plan = scheduler.next().orElseThrow();
    assertThrows(IllegalStateException.class, scheduler::next);
    assertThrows(IllegalStateException.class, () -> scheduler.preempt(0));
    assertThrows(IllegalStateException.class, () -> scheduler.fork(0, 20, request));
    long choosing = -1;
    for (Span span : plan.spans()) {
      if (span.logits() == 0) {
        long number = span.sequence();
        assertThrows(IllegalStateException.class, () -> scheduler.chosen(number, 1));
      } else {
        choosing = span.sequence();
      }
    }
    assertTrue(choosing >= 0);
    assertThrows(IllegalStateException.class, () -> scheduler.stepTook(0));
    assertFalse(scheduler.chosen(99, 1));
    scheduler.chosen(choosing, 1);
    scheduler.stepTook(0);
    assertTrue(scheduler.fork(99, 20, request) instanceof Submission.Refused);
    assertTrue(scheduler.fork(choosing, 0, request) instanceof Submission.Refused);
    assertTrue(scheduler.fork(choosing, 21, request) instanceof Submission.Refused);
    assertFalse(scheduler.preempt(99));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A", "B", "C", "D"})
  void cancelledAtEveryPointB28(String name) {
    String lines = "A 64+6 @0; B ~A 48, 60+9 @0; C ~A 48, 50+9 @1; D 30+20 @2";
    for (int step = 0; step < 60; step++) {
      String event = "; %s x@%d".formatted(name, step);
      Replay.of("pool 10 x 16; rows 16; " + lines + event + "; D p@7");
      Replay.of("pool 10 x 16; rows 16; " + lines + event.repeat(2));
    }
  }

  @Test
  void allCancelledAtOnceB28() {
    String lines = "A 64+6 @0; B ~A 48, 60+9 @0; C ~A 48, 50+9 @1; D 30+20 @2";
    for (int step = 0; step < 30; step++) {
      String events = "; A x@%1$d; B x@%1$d; C x@%1$d; D x@%1$d".formatted(step);
      Replay.of("pool 10 x 16; rows 16; " + lines + events);
    }
    assertFalse(new Replay("pool 1 x 16").scheduler.cancel(7));
  }

  @Test
  void cancelledWhileTheStepRunsB28() {
    Replay replay = new Replay("pool 10 x 16; A 20+4 @0; B 20+4 @0").toStep(2);
    StepPlan plan = replay.scheduler.next().orElseThrow();
    long number = replay.get("A").number;
    assertTrue(replay.scheduler.cancel(number));
    assertFalse(replay.scheduler.cancel(number));
    assertFalse(replay.scheduler.finished(number));
    replay.ranks.compute(plan).forEach((n, t) -> assertFalse(replay.scheduler.chosen(n, t)));
    replay.scheduler.stepTook(0);
    assertEquals(1, replay.scheduler.counts().running());
    replay.checkInvariants();
  }

  @Test
  void preemptedAtEveryPointB31() {
    String lines = "A 40+9 @0; B ~A 32, 36+9 @0; C 20+12 @1";
    for (int step = 0; step < 40; step++) {
      for (String name : List.of("A", "B", "C")) {
        String event = "; %s p@%d".formatted(name, step);
        Replay.of("pool 9 x 16; rows 16; " + lines + event);
        String again = event + "; %s p@%d; %s p@%d".formatted(name, step + 3, name, step + 7);
        Replay.of("pool 9 x 16; rows 16; no sharing; " + lines + again);
      }
    }
    Replay.of("pool 5 x 16; rows 16; " + lines);
  }

  @Test
  void everythingIsCountedOnceB53() {
    String lines = "A 48+30 @0; B ~A 32, 40+20 @2; C 60+20 @3; C p@6; C x@12";
    Replay replay = new Replay("pool 20 x 16; rows 64; " + lines).toStep(12);
    assertEquals(3, replay.scheduler.counts().running());
    replay.toEnd();
    Counts counts = replay.scheduler.counts();
    assertEquals(48 + 8 + 60, counts.promptRows());
    assertEquals(32, counts.hitTokens());
    assertEquals(1, counts.preemptions());
    // C had stored 62 tokens before step 6; its first 48 were found again.
    assertEquals(14, counts.recomputedRows());
    int tokens = replay.outcomes.values().stream().mapToInt(o -> o.tokens.size()).sum();
    assertEquals(tokens, counts.outputTokens());
    assertEquals(0, counts.running() + counts.waiting());
  }
}
