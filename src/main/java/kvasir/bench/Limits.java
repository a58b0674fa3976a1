package kvasir.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.kernel.Probe;
import kvasir.team.Team;
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

  /** Every rank calls it; ranks measure at the same time, and rank 0 has the sum. */
  public static Limits measure(Team team, Communicator world) {
    synchronise(world);
    double flops = best(team, member -> Probe.multiplyAdd(ROUNDS)) * Probe.flops(ROUNDS);
    double read;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = OffHeap.allocate(arena, BYTES_PER_THREAD * team.size());
      memory.fill((byte) 1);
      synchronise(world);
      double one = best(team, m -> Probe.read(memory, begin(m), begin(m + 1)));
      double four = best(team, m -> Probe.readStreams(memory, begin(m), begin(m + 1)));
      read = Math.max(one, four) * BYTES_PER_THREAD;
    }
    long[] own = {Double.doubleToLongBits(read), Double.doubleToLongBits(flops)};
    long[] all = Collectives.gather(world, own, 0);
    double bytesPerSecond = 0;
    double flopsPerSecond = 0;
    for (int i = 0; i < all.length; i += 2) {
      bytesPerSecond += Double.longBitsToDouble(all[i]);
      flopsPerSecond += Double.longBitsToDouble(all[i + 1]);
    }
    return new Limits(bytesPerSecond, flopsPerSecond);
  }

  private static long begin(int member) {
    return member * BYTES_PER_THREAD;
  }

  /** No rank goes on before all have come here. */
  static void synchronise(Communicator world) {
    Collectives.gather(world, new long[1], 0);
    Collectives.broadcast(world, new long[1], 1, 0);
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
