package kvasir.session;

import java.util.function.Supplier;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.error.UserError;

/** What rank 0 alone can find out, given to every rank; where it refuses, all ranks refuse. */
public final class FromRoot {
  private static final int ROOT = 0;

  private FromRoot() {}

  /**
   * The root's answer, on every rank. Every rank calls it.
   *
   * @param answer asked on rank 0 alone
   */
  public static long[] share(Communicator world, Supplier<long[]> answer) {
    if (world.rank() != ROOT) {
      return receive(world);
    }
    try {
      long[] data = answer.get();
      send(world, data, false);
      return data;
    } catch (UserError e) {
      send(world, e.getMessage().chars().asLongStream().toArray(), true);
      throw e;
    }
  }

  private static void send(Communicator world, long[] data, boolean refused) {
    Collectives.broadcast(world, new long[] {data.length, refused ? 1 : 0}, ROOT);
    if (data.length > 0) {
      Collectives.broadcast(world, data, ROOT);
    }
  }

  private static long[] receive(Communicator world) {
    long[] extent = new long[2];
    Collectives.broadcast(world, extent, ROOT);
    long[] data = new long[Math.toIntExact(extent[0])];
    if (data.length > 0) {
      Collectives.broadcast(world, data, ROOT);
    }
    if (extent[1] == 0) {
      return data;
    }
    StringBuilder message = new StringBuilder();
    for (long character : data) {
      message.append((char) character);
    }
    throw UserError.of(message.toString());
  }
}
