package kvasir.cluster;

/**
 * Operations of all ranks, over send and receive alone. Every rank of the world calls them, in the
 * same order and with the same counts.
 */
public final class Collectives {
  private Collectives() {}

  /** Gives {@code data[0..count)} of {@code root} to every rank, by a binomial tree. */
  public static void broadcast(Communicator world, float[] data, int count, int root) {
    int relative = relative(world, root);
    int mask = 1;
    while (mask < world.size() && (relative & mask) == 0) {
      mask <<= 1;
    }
    if (relative != 0) {
      world.receive(data, count, absolute(world, relative - mask, root));
    }
    for (mask >>= 1; mask > 0; mask >>= 1) {
      if (relative + mask < world.size()) {
        world.send(data, count, absolute(world, relative + mask, root));
      }
    }
  }

  /** As {@link #broadcast(Communicator, float[], int, int)}, for control data. */
  public static void broadcast(Communicator world, long[] data, int count, int root) {
    int relative = relative(world, root);
    int mask = 1;
    while (mask < world.size() && (relative & mask) == 0) {
      mask <<= 1;
    }
    if (relative != 0) {
      world.receive(data, count, absolute(world, relative - mask, root));
    }
    for (mask >>= 1; mask > 0; mask >>= 1) {
      if (relative + mask < world.size()) {
        world.send(data, count, absolute(world, relative + mask, root));
      }
    }
  }

  /**
   * All ranks' data in the order of ranks.
   *
   * @return {@code [ranks, own.length]} on the root, an empty array elsewhere
   */
  public static long[] gather(Communicator world, long[] own, int root) {
    if (world.rank() != root) {
      world.send(own, own.length, root);
      return new long[0];
    }
    long[] all = new long[world.size() * own.length];
    long[] part = new long[own.length];
    for (int rank = 0; rank < world.size(); rank++) {
      if (rank != root) {
        world.receive(part, part.length, rank);
      }
      System.arraycopy(rank == root ? own : part, 0, all, rank * own.length, own.length);
    }
    return all;
  }

  private static int relative(Communicator world, int root) {
    return Math.floorMod(world.rank() - root, world.size());
  }

  private static int absolute(Communicator world, int relative, int root) {
    return (relative + root) % world.size();
  }
}
