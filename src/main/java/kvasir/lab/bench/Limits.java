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
 * The read limit and the FMA limit of all threads of all ranks together.
 *
 * @param bytesPerSecond the better rate of one stream and four streams per thread
 * @param flopsPerSecond rate of float32 multiply-adds from registers, two operations each
 */
public record Limits(double bytesPerSecond, double flopsPerSecond) {
  /** Number of bytes that each thread reads; larger than the caches. */
  private static final long BYTES_PER_THREAD = 256L << 20;

  private static final int ROUNDS = 4_000_000;

  /**
   * Duration of the warm-up, in which C2 compiles a probe, even on a machine with two busy cores.
   */
  private static final double WARM_UP_SECONDS = 0.7;

  private static final int REPETITIONS = 7;

  private static volatile double sink;

  /**
   * Measures the rate at which each rank reads memory while all ranks read, and returns it in
   * percent of the fastest. Every rank calls it and gets the same list.
   */
  public static List<Integer> readShares(int threads, Communicator world) {
    double rate;
    try (Team team = ThreadTeam.of(threads);
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = memory(arena, team);
      double[] one = rates(team, world, m -> Probe.read(memory, begin(m), begin(m + 1)));
      rate = Arrays.stream(one).max().orElseThrow() * BYTES_PER_THREAD;
    }
    long[] speeds = Collectives.allGather(world, new long[] {(long) rate});
    long fastest = Arrays.stream(speeds).max().orElseThrow();
    return Arrays.stream(speeds).mapToObj(s -> (int) Math.max(1, 100 * s / fastest)).toList();
  }

  /**
   * Measures both limits. Every rank calls it; all ranks measure at the same time and get the sum
   * over the ranks.
   */
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

  /**
   * Returns, for each repetition, the number of loads that this rank's team completes per second
   * while all ranks work.
   */
  private static double[] rates(Team team, Communicator world, Load load) {
    long start = System.nanoTime();
    long[] more = {1};
    while (more[0] == 1) {
      rate(team, world, load);
      // Rank 0's clock decides for all ranks, so that they repeat equally often.
      more[0] = (System.nanoTime() - start) / 1e9 < WARM_UP_SECONDS ? 1 : 0;
      Collectives.broadcast(world, more, 0);
    }
    double[] rates = new double[REPETITIONS];
    Arrays.setAll(rates, repetition -> rate(team, world, load));
    return rates;
  }

  private static double rate(Team team, Communicator world, Load load) {
    // A rank that started late would have the memory to itself at the end.
    Collectives.synchronise(world);
    long start = System.nanoTime();
    team.run((member, members) -> sink = load.run(member));
    return team.size() / ((System.nanoTime() - start) / 1e9);
  }

  /** Returns the largest sum over the ranks of one repetition's rates. */
  private static double best(Communicator world, double[] rates) {
    long[] bits = Arrays.stream(rates).mapToLong(Double::doubleToLongBits).toArray();
    long[] all = Collectives.allGather(world, bits);
    double best = 0;
    for (int repetition = 0; repetition < rates.length; repetition++) {
      double sum = 0;
      for (int i = repetition; i < all.length; i += rates.length) {
        sum += Double.longBitsToDouble(all[i]);
      }
      best = Math.max(best, sum);
    }
    return best;
  }
}
