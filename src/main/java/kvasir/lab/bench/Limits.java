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
  private static volatile double sink;

  /**
   * Effort with which limits are measured.
   *
   * @param bytesPerThread number of bytes that each thread reads
   * @param rounds number of rounds of multiply-adds that each thread computes
   * @param warmUpSeconds shortest duration of the warm-up of a probe
   * @param repetitions number of timed runs of a probe, of which the best counts
   */
  public record Effort(long bytesPerThread, int rounds, double warmUpSeconds, int repetitions) {
    /**
     * Effort of a measurement: the threads read more than the caches hold, after a warm-up in which
     * C2 compiles a probe, even on a machine with two busy cores.
     */
    public static final Effort FULL = new Effort(256L << 20, 4_000_000, 0.7, 7);

    /** Effort for tests of everything but the limits, which are then too low. */
    public static final Effort LEAST = new Effort(1L << 20, 1_000, 0, 1);

    private MemorySegment memory(Arena arena, Team team) {
      MemorySegment memory = OffHeap.allocate(arena, bytesPerThread * team.size());
      memory.fill((byte) 1);
      return memory;
    }

    private long begin(int member) {
      return member * bytesPerThread;
    }
  }

  /**
   * Measures the rate at which each rank reads memory while all ranks read, and returns it in
   * percent of the fastest. Every rank calls it and gets the same list.
   */
  public static List<Integer> readShares(int threads, Communicator world) {
    Effort effort = Effort.FULL;
    double rate;
    try (Team team = ThreadTeam.of(threads);
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = effort.memory(arena, team);
      double[] one =
          rates(effort, team, world, m -> Probe.read(memory, effort.begin(m), effort.begin(m + 1)));
      rate = Arrays.stream(one).max().orElseThrow() * effort.bytesPerThread();
    }
    long[] speeds = Collectives.allGather(world, new long[] {(long) rate});
    long fastest = Arrays.stream(speeds).max().orElseThrow();
    return Arrays.stream(speeds).mapToObj(s -> (int) Math.max(1, 100 * s / fastest)).toList();
  }

  /**
   * Measures both limits. Every rank calls it; all ranks measure at the same time and get the sum
   * over the ranks.
   */
  public static Limits measure(Effort effort, Team team, Communicator world) {
    double flops =
        best(world, rates(effort, team, world, member -> Probe.multiplyAdd(effort.rounds())));
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = effort.memory(arena, team);
      Load read = m -> Probe.read(memory, effort.begin(m), effort.begin(m + 1));
      Load streams = m -> Probe.readStreams(memory, effort.begin(m), effort.begin(m + 1));
      double one = best(world, rates(effort, team, world, read));
      double four = best(world, rates(effort, team, world, streams));
      return new Limits(
          Math.max(one, four) * effort.bytesPerThread(), flops * Probe.flops(effort.rounds()));
    }
  }

  @FunctionalInterface
  private interface Load {
    double run(int member);
  }

  /**
   * Returns, for each repetition, the number of loads that this rank's team completes per second
   * while all ranks work.
   */
  private static double[] rates(Effort effort, Team team, Communicator world, Load load) {
    long start = System.nanoTime();
    long[] more = {1};
    while (more[0] == 1) {
      rate(team, world, load);
      // Rank 0's clock decides for all ranks, so that they repeat equally often.
      more[0] = (System.nanoTime() - start) / 1e9 < effort.warmUpSeconds() ? 1 : 0;
      Collectives.broadcast(world, more, 0);
    }
    double[] rates = new double[effort.repetitions()];
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
