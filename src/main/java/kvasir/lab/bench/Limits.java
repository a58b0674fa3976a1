package kvasir.lab.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.kernel.Probe;
import kvasir.team.Team;
import kvasir.team.ThreadTeam;
import kvasir.tensor.OffHeap;

/**
 * What all threads of all ranks reach together when they only read memory, or only multiply.
 *
 * @param bytesPerSecond the better of one stream and four for each thread
 * @param flopsPerSecond fused multiply-adds of f32, two operations each
 */
public record Limits(double bytesPerSecond, double flopsPerSecond) {
  /** More than the caches of a thread hold. */
  private static final long BYTES_PER_THREAD = 256L << 20;

  private static final int ROUNDS = 4_000_000;

  /** C2 compiles a probe meanwhile, also where both cores of a machine are busy with it. */
  private static final double WARM_UP_SECONDS = 0.7;

  private static final int REPETITIONS = 7;

  private static volatile double sink;

  /**
   * How fast each rank reads memory while all do, in percent of the fastest; the same list on all.
   */
  public static List<Integer> readShares(int threads, Communicator world) {
    double own;
    try (Team team = ThreadTeam.of(threads);
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = memory(arena, team);
      double[] one = rates(team, world, m -> Probe.read(memory, begin(m), begin(m + 1)));
      own = Arrays.stream(one).max().orElseThrow() * BYTES_PER_THREAD;
    }
    long[] speeds = Collectives.allGather(world, new long[] {(long) own});
    long fastest = Arrays.stream(speeds).max().orElseThrow();
    return Arrays.stream(speeds).mapToObj(s -> (int) Math.max(1, 100 * s / fastest)).toList();
  }

  /** Every rank calls it; ranks measure at the same time, and all have the sum. */
  public static Limits measure(Team team, Communicator world) {
    double flops = best(world, rates(team, world, member -> Probe.multiplyAdd(ROUNDS)));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = memory(arena, team);
      double one = best(world, rates(team, world, m -> Probe.read(memory, begin(m), begin(m + 1))));
      double four =
          best(world, rates(team, world, m -> Probe.readStreams(memory, begin(m), begin(m + 1))));
      return new Limits(Math.max(one, four) * BYTES_PER_THREAD, flops * Probe.flops(ROUNDS));
    }
  }

  private static MemorySegment memory(Arena arena, Team team) {
    MemorySegment memory = OffHeap.allocate(arena, BYTES_PER_THREAD * team.size());
    memory.fill((byte) 1);
    return memory;
  }

  private static long begin(int member) {
    return member * BYTES_PER_THREAD;
  }

  @FunctionalInterface
  private interface Load {
    double run(int member);
  }

  /** Shares of this rank's team per second in each repetition, all ranks at work. */
  private static double[] rates(Team team, Communicator world, Load load) {
    long start = System.nanoTime();
    long[] more = {1};
    while (more[0] == 1) {
      rate(team, world, load);
      // Rank 0's clock decides for all.
      more[0] = (System.nanoTime() - start) / 1e9 < WARM_UP_SECONDS ? 1 : 0;
      Collectives.broadcast(world, more, 0);
    }
    double[] rates = new double[REPETITIONS];
    Arrays.setAll(rates, repetition -> rate(team, world, load));
    return rates;
  }

  private static double rate(Team team, Communicator world, Load load) {
    // A rank that began late would have the memory for itself at the end.
    Collectives.synchronise(world);
    long start = System.nanoTime();
    team.run((member, members) -> sink = load.run(member));
    return team.size() / ((System.nanoTime() - start) / 1e9);
  }

  /** The best repetition of all ranks together. */
  private static double best(Communicator world, double[] own) {
    long[] bits = Arrays.stream(own).mapToLong(Double::doubleToLongBits).toArray();
    long[] all = Collectives.allGather(world, bits);
    double best = 0;
    for (int repetition = 0; repetition < own.length; repetition++) {
      double sum = 0;
      for (int at = repetition; at < all.length; at += own.length) {
        sum += Double.longBitsToDouble(all[at]);
      }
      best = Math.max(best, sum);
    }
    return best;
  }
}
