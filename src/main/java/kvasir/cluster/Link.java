package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.util.List;
import kvasir.cluster.Communicator.Message;

/**
 * Cost model of a message between two ranks: a latency and a time per byte.
 *
 * @param latency seconds, one way
 * @param perByte seconds per byte
 */
public record Link(double latency, double perByte) {
  /** A link of no cost: between a rank and itself. */
  public static final Link NONE = new Link(0, 0);

  private static final int SMALL = 64;
  private static final int LARGE = 1 << 20;
  private static final int REPETITIONS = 100;
  private static final int LARGE_REPETITIONS = 8;

  /**
   * Time in which C2 compiles an exchange on a fast link; a slow link does not need that precision.
   */
  private static final long WARM_UP_NANOS = 200_000_000;

  /** Returns the seconds that a message of {@code bytes} bytes takes. */
  public double seconds(long bytes) {
    return latency + bytes * perByte;
  }

  /**
   * Measures the link while every rank exchanges messages with its two neighbours at once, and
   * takes the slowest rank's times. Every rank must call it; all get the same result.
   */
  public static Link measure(Communicator world) {
    return world.size() == 1 ? NONE : new Rings(world).measure();
  }

  /**
   * Measures the link with computation between the exchanges, which evicts the transport's data
   * from caches and branch predictors. The time spent waiting for the slowest rank's computation is
   * not counted. Every rank must call it; all get the same result.
   *
   * @param work computation between two exchanges, about equally long on all ranks
   */
  public static Link measureBetween(Communicator world, Runnable work) {
    if (world.size() == 1) {
      return NONE;
    }
    Rings rings = new Rings(world);
    Link bare = rings.measure();
    double latency = rings.between(work);
    return new Link(Math.max(bare.latency, latency), bare.perByte);
  }

  /** The exchanges of each rank with its neighbours, and the buffers for them. */
  private record Rings(Communicator world, MemorySegment out, MemorySegment in) {
    Rings(Communicator world) {
      this(world, new MessageBuffer().room(LARGE), new MessageBuffer().room(LARGE));
    }

    Link measure() {
      warmUp(world, out, in);
      double small = ring(world, out, in, SMALL, REPETITIONS);
      ring(world, out, in, LARGE, 2);
      double large = ring(world, out, in, LARGE, LARGE_REPETITIONS);
      return agree(world, small, Math.max(0, large - small) / (LARGE - SMALL));
    }

    /**
     * Returns the mean seconds of an exchange with work before it, as seen by the rank that reaches
     * it last.
     */
    double between(Runnable work) {
      long[] ownNanos = new long[REPETITIONS];
      for (int i = 0; i < REPETITIONS; i++) {
        work.run();
        ownNanos[i] = (long) (1e9 * ring(world, out, in, SMALL, 1));
      }
      long[] allNanos = Collectives.allGather(world, ownNanos);
      long sum = 0;
      for (int i = 0; i < REPETITIONS; i++) {
        long leastNanos = ownNanos[i];
        for (int rank = 0; rank < world.size(); rank++) {
          leastNanos = Math.min(leastNanos, allNanos[rank * REPETITIONS + i]);
        }
        sum += leastNanos;
      }
      return sum / 1e9 / REPETITIONS;
    }
  }

  private static void warmUp(Communicator world, MemorySegment out, MemorySegment in) {
    long start = System.nanoTime();
    long[] repeat = {1};
    while (repeat[0] == 1) {
      ring(world, out, in, SMALL, REPETITIONS);
      // Rank 0's clock decides for all.
      repeat[0] = System.nanoTime() - start < WARM_UP_NANOS ? 1 : 0;
      Collectives.broadcast(world, repeat, 0);
    }
  }

  private static double ring(
      Communicator world, MemorySegment out, MemorySegment in, int bytes, int times) {
    int right = (world.rank() + 1) % world.size();
    int left = Math.floorMod(world.rank() - 1, world.size());
    List<Message> sends = List.of(new Message(right, out.asSlice(0, bytes)));
    List<Message> receives = List.of(new Message(left, in.asSlice(0, bytes)));
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      world.exchange(sends, receives);
    }
    return (System.nanoTime() - start) / 1e9 / times;
  }

  private static Link agree(Communicator world, double latency, double perByte) {
    long[] largest = {Double.doubleToLongBits(latency), Double.doubleToLongBits(perByte)};
    long[] all = Collectives.allGather(world, largest);
    for (int i = 0; i < all.length; i++) {
      // The order of positive doubles is that of their bits.
      largest[i % 2] = Math.max(largest[i % 2], all[i]);
    }
    return new Link(Double.longBitsToDouble(largest[0]), Double.longBitsToDouble(largest[1]));
  }
}
