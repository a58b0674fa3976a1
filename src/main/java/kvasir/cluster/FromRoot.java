package kvasir.cluster;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import kvasir.error.UserError;

/**
 * Broadcast of a value that only rank 0 can compute. A {@link UserError} on rank 0 is thrown on
 * every rank.
 */
public final class FromRoot {
  private static final int ROOT = 0;

  private FromRoot() {}

  /**
   * Returns rank 0's values on every rank; every rank must call it.
   *
   * @param answer called on rank 0 only
   * @throws UserError on every rank, if {@code answer} throws it on rank 0
   */
  public static long[] share(Communicator world, Supplier<long[]> answer) {
    byte[] bytes =
        shareBytes(
            world,
            () -> {
              long[] values = answer.get();
              ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES);
              buffer.asLongBuffer().put(values);
              return buffer.array();
            });
    long[] values = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(values);
    return values;
  }

  /**
   * Returns rank 0's bytes on every rank; every rank must call it.
   *
   * @param answer called on rank 0 only
   * @throws UserError on every rank, if {@code answer} throws it on rank 0
   */
  public static byte[] shareBytes(Communicator world, Supplier<byte[]> answer) {
    if (world.rank() != ROOT) {
      return receive(world);
    }
    try {
      byte[] data = answer.get();
      send(world, data, false);
      return data;
    } catch (UserError e) {
      send(world, e.getMessage().getBytes(StandardCharsets.UTF_8), true);
      throw e;
    }
  }

  private static void send(Communicator world, byte[] data, boolean refused) {
    Collectives.broadcast(world, new long[] {data.length, refused ? 1 : 0}, ROOT);
    if (data.length > 0) {
      Collectives.broadcast(world, MemorySegment.ofArray(data), ROOT);
    }
  }

  private static byte[] receive(Communicator world) {
    long[] extent = new long[2];
    Collectives.broadcast(world, extent, ROOT);
    byte[] data = new byte[Math.toIntExact(extent[0])];
    if (data.length > 0) {
      Collectives.broadcast(world, MemorySegment.ofArray(data), ROOT);
    }
    if (extent[1] == 0) {
      return data;
    }
    throw UserError.of(new String(data, StandardCharsets.UTF_8));
  }
}
