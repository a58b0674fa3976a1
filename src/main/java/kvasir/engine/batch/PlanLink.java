package kvasir.engine.batch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.cluster.Communicator.Message;

/**
 * Link by which rank 0 sends its plans to the other ranks, along a tree. While there is nothing to
 * do each rank waits for the doorbell, which rank 0 rings before each message, and for rank 0
 * itself: where there is no doorbell, a rank that has waited long sleeps for some milliseconds,
 * which would add up along the tree. Not thread-safe.
 */
final class PlanLink {
  private static final int ROOT = 0;

  /** Number of the step that computes nothing, and says that the next one may take long. */
  private static final long IDLE = Long.MAX_VALUE - 1;

  /** Number of the step that computes nothing, and in which the ranks tell what they measured. */
  private static final long MEASURE = Long.MAX_VALUE - 2;

  private static final long MEASURE_NANOS = 1_000_000_000;

  private final Communicator world;
  private final Runnable measure;
  private final LongSupplier clock;
  private final byte[] firstBytes = new byte[PlanMessage.FIRST_BYTES];
  private final MemorySegment first = MemorySegment.ofArray(firstBytes);
  private boolean idle;
  private long measured;

  /**
   * Creates one rank's end of the link; the communicator stays the caller's.
   *
   * @param measure called by all ranks together, between two plans and not more than once a second
   * @param clock time in nanoseconds
   */
  PlanLink(Communicator world, Runnable measure, LongSupplier clock) {
    this.world = world;
    this.measure = measure;
    this.clock = clock;
    this.measured = clock.getAsLong();
  }

  /** Sends a plan to all other ranks, on rank 0. */
  void send(StepPlan plan) {
    if (world.size() == 1) {
      return;
    }
    if (!idle && clock.getAsLong() - measured > MEASURE_NANOS) {
      measured = clock.getAsLong();
      sendToAll(new StepPlan(MEASURE, List.of(), List.of()));
      measure.run();
    }
    sendToAll(plan);
  }

  private void sendToAll(StepPlan plan) {
    PlanMessage message = PlanMessage.encode(plan);
    MemorySegment data = MemorySegment.ofArray(message.first());
    if (idle) {
      sendToEach(data);
    } else {
      Collectives.broadcast(world, data, ROOT);
    }
    if (message.more().length > 0) {
      Collectives.broadcast(world, MemorySegment.ofArray(message.more()), ROOT);
    }
    idle = plan.step() == IDLE;
  }

  /** Tells all other ranks that there is nothing to do for now, on rank 0. */
  void idle() {
    send(new StepPlan(IDLE, List.of(), List.of()));
  }

  private void sendToEach(MemorySegment data) {
    world.doorbell().ring();
    List<Message> messages = new ArrayList<>();
    for (int rank = 1; rank < world.size(); rank++) {
      messages.add(new Message(rank, data));
    }
    world.exchange(messages, List.of());
  }

  /** Returns rank 0's next plan, on another rank; one without changes and rows if it is idle. */
  StepPlan receive() {
    StepPlan plan = next();
    while (plan.step() == MEASURE) {
      measure.run();
      plan = next();
    }
    return plan;
  }

  private StepPlan next() {
    if (idle) {
      boolean unused = world.doorbell().await(world.limit());
      world.receive(first, ROOT);
    } else {
      Collectives.broadcast(world, first, ROOT);
    }
    byte[] more = new byte[PlanMessage.moreBytes(firstBytes)];
    if (more.length > 0) {
      Collectives.broadcast(world, MemorySegment.ofArray(more), ROOT);
    }
    StepPlan plan = new PlanMessage(firstBytes, more).decode();
    idle = plan.step() == IDLE;
    return plan;
  }
}
