package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kvasir.cache.BlockPool;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.engine.Engine;
import kvasir.measure.MachineFacts;

/** Places of all ranks, and the use of their blocks as rank 0 knows it. */
final class RankStates {
  private static final int MAX_HOST_BYTES = 256;

  private final Engine engine;
  private final List<String> hosts;
  private final long[] threads;
  private long[] exchangeNanos;
  private long ownNanos;

  private RankStates(Engine engine, List<String> hosts, long[] threads) {
    this.engine = engine;
    this.hosts = hosts;
    this.threads = threads;
    this.exchangeNanos = new long[hosts.size()];
  }

  /** Gathers the places of all ranks, which all call it. */
  static RankStates gather(Engine engine) {
    Communicator world = engine.world();
    String host = MachineFacts.hostName();
    String cut = host.substring(0, Math.min(host.length(), MAX_HOST_BYTES / 4));
    long threads = engine.settings().threads();
    return new RankStates(
        engine,
        Collectives.allGather(world, cut, MAX_HOST_BYTES),
        Collectives.allGather(world, new long[] {threads}));
  }

  /** Computes the step of a plan, and counts this rank's time in its exchanges. */
  void during(Consumer<StepPlan> step, StepPlan plan) {
    long before = engine.traffic().nanos();
    step.accept(plan);
    ownNanos += engine.traffic().nanos() - before;
  }

  /** Gathers on rank 0 the time that each rank has spent in exchanges; all ranks call it. */
  void measure() {
    long[] all = Collectives.gather(engine.world(), new long[] {ownNanos});
    exchangeNanos = engine.world().rank() == 0 ? all : exchangeNanos;
  }

  /**
   * Returns the state of each rank.
   *
   * @param pool blocks of all ranks
   */
  List<RankState> now(BlockPool pool) {
    List<RankState> states = new ArrayList<>();
    for (int rank = 0; rank < hosts.size(); rank++) {
      int blocks = pool.capacity(rank);
      int held = blocks - pool.available(rank);
      states.add(
          new RankState(
              hosts.get(rank),
              (int) threads[rank],
              blocks,
              held,
              pool.idle(rank),
              exchangeNanos[rank]));
    }
    return states;
  }
}
