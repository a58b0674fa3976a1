package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import kvasir.engine.sampling.ChoiceOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replays of small schedules about blocks and shared beginnings; the numbers at the end of the
 * names, such as B7, are those of the situations that they come from.
 */
class SharedBlocksTest {
  @Test
  void theLastChosenTokenNeedsNoRoomB7() {
    assertEquals(1, Replay.of("pool 2 x 16; A 32+1 @0").outcomes.size());
    assertEquals(1, Replay.of("pool 2 x 16; A 1+32 @0").outcomes.size());
    assertEquals(1, Replay.of("pool 3 x 16; A 32+2 @0").outcomes.size());
    Replay refused = Replay.of("pool 2 x 16; A 32+2 @0; B 5+3 @0");
    assertEquals(1, refused.outcomes.size());
    assertTrue(refused.refused.get("A").contains("33 tokens take 3 blocks"));
  }

  @Test
  void theContextCutsOutputsB7() {
    Replay replay = Replay.of("pool 8 x 16; context 128; A 127+4 @0; B 128+4 @0; C 129+4 @0");
    assertEquals(2, replay.get("A").tokens.size());
    assertEquals(1, replay.get("B").tokens.size());
    assertEquals("129 tokens do not fit the context of 128 tokens", replay.refused.get("C"));
  }

  @Test
  void blocksAreGivenBackOnceB8() {
    Replay.of("pool 8 x 16; A 20+4 @0; A ends 3; A x@3");
    Replay.of("pool 8 x 16; A 20+4 @0; A x@2; A x@3; A x@9");
    Replay.of("pool 8 x 16; A 20+9 @0; A p@2; A x@2");
    Replay.of("pool 8 x 16; A 20+9 @0; F forks A @2; A x@3; F x@3");
    Replay.of("pool 8 x 16; A 20+9 @0; F forks A @2; F x@3; A x@3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pool 8 x 16; A 20+20 @0; F forks A @1",
        "pool 8 x 16; A 32+20 @0; F forks A @1",
        "pool 9 x 16; A 20+20 @0; F forks A @3; G forks F @5",
        "pool 8 x 16; A 20+20 @0; F forks A @3; A x@3",
        "pool 8 x 16; A 20+20 @0; F forks A @3; A x@4",
        "pool 4 x 16; A 20+20 @0; F forks A @3",
        "pool 8 x 16; A 20+20 @0; F forks A 20 @1; G forks A 20 @1; H forks A 20 @1",
        "pool 8 x 16; A 20+20 @0; F forks A 7+30 @1; G forks A 16+1 @1; H forks A 17+15 @1",
        "pool 9 x 16; rows 9; A 40+9 @0; F forks A 9+40 @1; G forks F 20+20 @8; A p@3; F p@9",
        "pool 12 x 16; no sharing; A 33+9 @0; F forks A 32+33 @1; G forks A 33+15 @1; A x@2"
      })
  void forksContinueAsTheyWouldAloneB9(String schedule) {
    Replay replay = Replay.of(schedule);
    assertTrue(replay.refused.isEmpty());
    assertTrue(
        replay.outcomes.values().stream().allMatch(o -> o.line.name.equals("A") || o.complete));
  }

  @Test
  void aForkWithoutRoomForItsCopyIsRefusedWholeB9() {
    Replay replay = Replay.of("pool 3 x 16; A 36+9 @0; F forks A @2");
    assertEquals("no block for the tokens that are not shared", replay.refused.get("F"));
    assertTrue(replay.get("A").complete);
  }

  @Test
  void cachedBlocksAreNotFreeTwiceB10() {
    Replay replay = Replay.of("pool 8 x 16; A 64+1 @0; D 20+60 @2; B ~A 64, 112+1 @4");
    assertEquals(List.of(replay.get("D").end + 1), replay.get("B").begins);
    assertEquals(List.of(48), replay.get("B").hits);
    assertEquals(1, replay.get("D").begins.size());
    assertEquals(48, replay.scheduler.counts().hitTokens());
  }

  @Test
  void theDeepestBlockOfAChainIsEvictedFirstB11() {
    Replay replay = Replay.of("pool 4 x 16; A 48+1 @0; C 32+1 @1; B ~A 48, 49+1 @2");
    assertEquals(List.of(32), replay.get("B").hits);
  }

  @Test
  void admissionAsksTheTightestRankB13() {
    String pools = "pool 10,4,4 x 16; shares 6,1,1";
    Replay replay = new Replay(pools + "; 40 x A 16+1 @0; no sharing; B 100+2 @1");
    for (int i = 0; i < 3; i++) {
      replay.runStep();
      assertTrue(replay.plans.getLast().orElseThrow().spans().size() <= 10);
    }
    replay.toEnd();
    assertTrue(replay.get("B").begins.getFirst() >= replay.get("A40").begins.getFirst());
    String reason = Replay.of(pools + "; B 230+2 @0").refused.get("B");
    assertTrue(
        reason.matches(".* take [0-9]+ blocks \\([0-9,]+ bytes\\) on rank 0, which has 10 .*"));
  }

  @Test
  void theLastTokenOfACachedPromptIsComputedB15() {
    for (int tokens : new int[] {31, 32, 33, 47, 48, 49, 64}) {
      String schedule = "pool 20 x 16; A %1$d+4 @0; B %1$d+4 @9; B ~A %1$d, %1$d+4 @9";
      Replay replay = Replay.of(schedule.replace("B %1$d+4 @9; ", "").formatted(tokens));
      int whole = (tokens - 1) / 16 * 16;
      assertEquals(List.of(whole), replay.get("B").hits);
      assertEquals(tokens - whole, replay.get("B").promptRows);
    }
  }

  @Test
  void oneComputesAPrefixForAllThatArriveInOneStepB16() {
    Replay replay = Replay.of("pool 80 x 16; rows 128; 32 x A 64+4 @0");
    int rows = replay.outcomes.values().stream().mapToInt(o -> o.promptRows).sum();
    assertTrue(rows >= 64 + 31 && rows <= 64 + 31 * 16, rows + " rows");
  }

  @ParameterizedTest
  @CsvSource({"A x@2,32,2", "A p@2,32,2", "A nan@2,0,3"})
  void anotherContinuesThePrefixWhenTheFirstStopsB17(String event, int hit, int begin) {
    String arrivals = "A 64+4 @0; B ~A 48, 60+4 @0; C ~A 48, 50+4 @1; ";
    Replay replay = Replay.of("pool 80 x 16; rows 16; " + arrivals + event);
    assertEquals(List.of(hit), replay.get("B").hits);
    assertEquals(List.of(begin), replay.get("B").begins);
    assertEquals(List.of(48), replay.get("C").hits);
    assertTrue(replay.get("B").complete && replay.get("C").complete);
  }

  @Test
  void aLostWorldIsRebuiltFromPromptsAndOutputsB17() {
    Replay before = new Replay("pool 80 x 16; rows 16; A 40+9 @0; B ~A 32, 50+9 @0").toStep(9);
    Schedule.Line line = before.get("A").line;
    int had = before.get("A").tokens.size();
    assertTrue(had > 0 && had < 9);
    Replay after = new Replay("pool 80 x 16; rows 16");
    int[] tokens = FakeModel.continued(line.prompt, had);
    after.scheduler.submit(
        new Request(tokens, line.prompt.length, line.maxTokens, ChoiceOptions.GREEDY));
    List<Integer> more = new ArrayList<>();
    for (var plan = after.scheduler.next(); plan.isPresent(); plan = after.scheduler.next()) {
      after
          .ranks
          .compute(plan.get())
          .forEach(
              (number, token) -> {
                more.add(token);
                assertEquals(more.size() == 9 - had, after.scheduler.chosen(number, token));
              });
      after.scheduler.stepTook(0);
    }
    int[] whole = FakeModel.continued(line.prompt, 9);
    for (int i = 0; i < more.size(); i++) {
      assertEquals(whole[tokens.length + i], more.get(i));
    }
    assertEquals(9 - had, more.size());
  }

  @ParameterizedTest
  @CsvSource({"16,1", "15,2", "17,16", "16,16", "16,17"})
  void theNextTurnSharesWhatWasStoredB18(int prompt, int output) {
    int all = prompt + output;
    String turns = "A %d+%d @0; B ~A %d, %d+5 @99".formatted(prompt, output, all, all + 1);
    Replay replay = Replay.of("pool 9 x 16; " + turns);
    assertEquals(List.of((all - 1) / 16 * 16), replay.get("B").hits);
  }

  @Test
  void theCacheNeverRefusesB21() {
    StringBuilder prompts = new StringBuilder("pool 40 x 16; rows 64");
    for (int i = 0; i < 200; i++) {
      prompts.append("; P%d %d+2 @%d".formatted(i, 20 + i % 50, i));
    }
    Replay replay = Replay.of(prompts + "; Z 630+5 @1000");
    assertEquals(List.of(1000), replay.get("Z").begins);
  }

  @Test
  void repetitionsAreEqualB21() {
    for (String sharing : List.of("", "; no sharing")) {
      StringBuilder lines = new StringBuilder("pool 12 x 16; rows 40" + sharing);
      lines.append("; P0 50+5 @0; Q0 ~P0 32, 70+5 @0; R0 90+5 @0");
      for (int i = 1; i < 3; i++) {
        int at = 20 * i;
        lines.append("; P%d ~P0 50, 50+5 @%d; Q%d ~Q0 70, 70+5 @%d".formatted(i, at, i, at));
        lines.append("; R%d ~R0 90, 90+5 @%d".formatted(i, at));
      }
      Replay.of(lines.toString());
    }
  }

  @Test
  void blocksBeforeAFailureStayOfferedB17() {
    Replay replay = new Replay("pool 20 x 16; A 64+9 @0").toStep(2);
    StepPlan plan = replay.scheduler.next().orElseThrow();
    long number = replay.get("A").number;
    replay.ranks.compute(plan);
    assertTrue(replay.scheduler.failed(number, 40));
    assertFalse(replay.scheduler.failed(number) || replay.scheduler.finished(number));
    replay.scheduler.stepTook(0);
    assertEquals(2, replay.index.size());
    assertEquals(18, replay.pool.free(0));
    replay.checkInvariants();
  }
}
