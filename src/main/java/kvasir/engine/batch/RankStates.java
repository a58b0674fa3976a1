package kvasir.engine.batch;

import java.util.ArrayList;
import java.util.List;
import kvasir.cache.BlockPool;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.measure.MachineFacts;

/** Places of all ranks, and the use of their blocks as rank 0 knows it. */
final class RankStates {
  private static final int MAX_HOST_BYTES = 256;

  private final List<String> hosts;
  private final long[] threads;

  private RankStates(List<String> hosts, long[] threads) {
    this.hosts = hosts;
    this.threads = threads;
  }

  /** Gathers the places of all ranks, which all call it. */
  static RankStates gather(Communicator world, int threads) {
    String host = MachineFacts.hostName();
    String cut = host.substring(0, Math.min(host.length(), MAX_HOST_BYTES / 4));
    return new RankStates(
        Collectives.allGather(world, cut, MAX_HOST_BYTES),
        Collectives.allGather(world, new long[] {threads}));
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
          new RankState(hosts.get(rank), (int) threads[rank], blocks, held, pool.idle(rank)));
    }
    return states;
  }
}
