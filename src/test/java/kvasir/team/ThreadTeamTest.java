package kvasir.team;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class ThreadTeamTest {
  @Test
  void everyMemberRunsEveryRegionOnce() {
    for (int size = 1; size <= 8; size++) {
      AtomicIntegerArray runs = new AtomicIntegerArray(size);
      int threads = size;
      try (Team team = ThreadTeam.of(size)) {
        for (int region = 0; region < 2_000; region++) {
          team.run(
              (member, members) -> {
                assertEquals(threads, members);
                runs.incrementAndGet(member);
              });
        }
      }
      for (int member = 0; member < size; member++) {
        assertEquals(2_000, runs.get(member), size + " threads");
      }
    }
  }

  @Test
  void aRegionEndsWhenAllHaveWrittenTheirShare() {
    int[] plain = new int[3];
    try (Team team = ThreadTeam.of(3)) {
      for (int region = 1; region <= 1_000; region++) {
        team.run((member, members) -> plain[member]++);
        assertEquals(3 * region, plain[0] + plain[1] + plain[2]);
      }
    }
  }

  @Test
  void aThrowOfAnyMemberReachesTheCallerAndTheTeamGoesOn() {
    try (Team team = ThreadTeam.of(3)) {
      for (int thrower = 0; thrower < 3; thrower++) {
        int who = thrower;
        Team.Body body =
            (member, members) -> {
              if (member == who) {
                throw new IllegalStateException("member " + member);
              }
            };
        assertEquals(
            "member " + who,
            assertThrows(IllegalStateException.class, () -> team.run(body)).getMessage());
      }
      team.run((member, members) -> {});
    }
  }

  @Test
  void aTeamAfterALongPauseStillStarts() throws InterruptedException {
    int[] runs = new int[2];
    try (Team team = ThreadTeam.of(2)) {
      team.run((member, members) -> runs[member]++);
      Thread.sleep(50);
      team.run((member, members) -> runs[member]++);
    }
    assertEquals(2, runs[1]);
  }
}
