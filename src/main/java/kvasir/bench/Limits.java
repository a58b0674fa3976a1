package kvasir.bench;

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
  private static final int WARM_UP = 3;
  private static final int REPETITIONS = 5;

  private static volatile double sink;

  /**
   * How fast each rank reads memory while all do, in percent of the fastest; the same list on all.
   */
  public static List<Integer> readShares(int threads, Communicator world) {
    double own;
    try (Team team = ThreadTeam.of(threads)) {
      own = read(team, world);
    }
    long[] speeds = Collectives.allGather(world, new long[] {(long) own});
    long fastest = Arrays.stream(speeds).max().orElseThrow();
    return Arrays.stream(speeds).mapToObj(s -> (int) Math.max(1, 100 * s / fastest)).toList();
  }

  /** Every rank calls it; ranks measure at the same time, and rank 0 has the sum. */
  public static Limits measure(Team team, Communicator world) {
    Collectives.synchronise(world);
    double flops = best(team, member -> Probe.multiplyAdd(ROUNDS)) * Probe.flops(ROUNDS);
    double read = read(team, world);
    long[] own = {Double.doubleToLongBits(read), Double.doubleToLongBits(flops)};
    long[] all = Collectives.gather(world, own);
    double bytesPerSecond = 0;
    double flopsPerSecond = 0;
    for (int i = 0; i < all.length; i += 2) {
      bytesPerSecond += Double.longBitsToDouble(all[i]);
      flopsPerSecond += Double.longBitsToDouble(all[i + 1]);
    }
    return new Limits(bytesPerSecond, flopsPerSecond);
  }

  /** Bytes per second of this rank, while all ranks measure. */
  private static double read(Team team, Communicator world) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = OffHeap.allocate(arena, BYTES_PER_THREAD * team.size());
      memory.fill((byte) 1);
      Collectives.synchronise(world);
      double one = best(team, m -> Probe.read(memory, begin(m), begin(m + 1)));
      double four = best(team, m -> Probe.readStreams(memory, begin(m), begin(m + 1)));
      return Math.max(one, four) * BYTES_PER_THREAD;
    }
  }

  private static long begin(int member) {
    return member * BYTES_PER_THREAD;
  }

  @FunctionalInterface
  private interface Load {
    double run(int member);
  }

  /** Shares of the team per second, at best. */
  private static double best(Team team, Load load) {
    double best = 0;
    for (int repetition = 0; repetition < WARM_UP + REPETITIONS; repetition++) {
      long start = System.nanoTime();
      team.run((member, members) -> sink = load.run(member));
      double seconds = (System.nanoTime() - start) / 1e9;
      if (repetition >= WARM_UP) {
        best = Math.max(best, team.size() / seconds);
      }
    }
    return best;
  }
}
