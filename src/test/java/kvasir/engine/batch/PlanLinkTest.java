package kvasir.engine.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.cluster.Communicator;
import kvasir.cluster.Doorbell;
import kvasir.cluster.WrappedCommunicator;
import kvasir.cluster.local.LocalWorld;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plans on their way to the other ranks, while there is work and while there is none (B29, B45).
 */
@Timeout(60)
class PlanLinkTest {
  /** Numbers of the steps of the plans; -1 stands for an idle world. */
  private static final List<Integer> STEPS = List.of(1, 2, -1, -1, 3, 4, -1, 5, -1, 6);

  private static StepPlan plan(int step) {
    // Every other plan is longer than its first message.
    int[] tokens = new int[step % 2 == 0 ? 3 : 5000];
    Arrays.setAll(tokens, i -> step + i);
    return new StepPlan(step, List.of(), List.of(new Span(7, 0, tokens, 1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8})
  void eachRankReceivesEachPlan(int ranks) {
    List<Integer> seen =
        LocalWorld.run(
            ranks,
            Duration.ofSeconds(30),
            world -> world.rank() == 0 ? sendAll(world) : receiveAll(world));
    assertTrue(seen.stream().allMatch(count -> count == STEPS.size()), seen.toString());
  }

  /** Communicator that notes its exchanges, and what is done with its doorbell. */
  private static final class Noting extends WrappedCommunicator implements Doorbell {
    private final List<String> notes = new ArrayList<>();

    Noting(Communicator inner) {
      super(inner);
    }

    @Override
    public void exchange(List<Message> sends, List<Message> receives) {
      notes.add("exchange");
      inner.exchange(sends, receives);
    }

    @Override
    public Doorbell doorbell() {
      return this;
    }

    @Override
    public void ring() {
      notes.add("ring");
      inner.doorbell().ring();
    }

    @Override
    public boolean await(Duration limit) {
      notes.add("await");
      return inner.doorbell().await(limit);
    }
  }

  /** A rank of an idle world looks for a message when it has been rung at, and not before. */
  @Test
  void ranksOfAnIdleWorldWaitForTheDoorbell() {
    List<Noting> worlds =
        LocalWorld.run(
            2,
            Duration.ofSeconds(30),
            world -> {
              Noting noting = new Noting(world);
              PlanLink link = new PlanLink(noting, () -> {}, () -> 0);
              for (int i = 0; i < 3; i++) {
                if (world.rank() > 0) {
                  link.receive();
                } else if (i < 2) {
                  link.idle();
                } else {
                  link.send(plan(2));
                }
              }
              return noting;
            });
    List<String> root = List.of("exchange", "ring", "exchange", "ring", "exchange");
    List<String> other = List.of("exchange", "await", "exchange", "await", "exchange");
    assertEquals(List.of(root, other), worlds.stream().map(world -> world.notes).toList());
  }

  /** A rank that fails wakes those that wait for the doorbell, whose limit is longer than this. */
  @Test
  void ranksOfAnIdleWorldEndWithTheFirstThatFails() {
    IllegalStateException first =
        assertThrows(
            IllegalStateException.class,
            () ->
                LocalWorld.run(
                    3,
                    Duration.ofHours(1),
                    world -> {
                      PlanLink link = new PlanLink(world, () -> {}, () -> 0);
                      if (world.rank() == 0) {
                        link.idle();
                        throw new IllegalStateException("rank 0 fails");
                      }
                      link.receive();
                      return link.receive();
                    }));
    assertEquals("rank 0 fails", first.getMessage());
  }

  private static int sendAll(Communicator world) {
    PlanLink link = new PlanLink(world, () -> {}, () -> 0);
    for (int step : STEPS) {
      if (step < 0) {
        link.idle();
      } else {
        link.send(plan(step));
      }
    }
    return STEPS.size();
  }

  private static int receiveAll(Communicator world) {
    PlanLink link = new PlanLink(world, () -> {}, () -> 0);
    int count = 0;
    for (int step : STEPS) {
      StepPlan plan = link.receive();
      if (step < 0) {
        assertTrue(plan.spans().isEmpty() && plan.operations().isEmpty());
        assertTrue(plan.wholeRows().isEmpty());
      } else {
        assertEquals(step, plan.step());
        assertEquals(
            Arrays.toString(plan(step).spans().getFirst().tokens()),
            Arrays.toString(plan.spans().getFirst().tokens()));
      }
      count++;
    }
    return count;
  }
}
