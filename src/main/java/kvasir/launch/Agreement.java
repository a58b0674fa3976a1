package kvasir.launch;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.error.UserError;
import kvasir.file.Sha256;

/** Comparison of what must be equal on all ranks, before a difference can do harm. */
public final class Agreement {
  private static final int HASH_BYTES = 32;

  private Agreement() {}

  /**
   * Compares a thing with rank 0's; every rank of the world calls it with the same name.
   *
   * @param name of the thing, as users know it
   * @param value of this rank; travels as its SHA-256
   * @param remedy what to do where it differs
   * @throws UserError on every rank, with the same words, when a rank has another one
   */
  public static void require(Communicator world, String name, String value, String remedy) {
    byte[] all = new byte[HASH_BYTES * world.size()];
    System.arraycopy(hash(value), 0, all, HASH_BYTES * world.rank(), HASH_BYTES);
    long[] starts = new long[world.size() + 1];
    Arrays.setAll(starts, rank -> (long) HASH_BYTES * rank);
    Collectives.allGather(world, MemorySegment.ofArray(all), starts);
    IntStream.range(1, world.size())
        .filter(rank -> !equal(all, rank))
        .findFirst()
        .ifPresent(
            rank -> {
              throw new UserError("rank " + rank, name + " differs from rank 0's", remedy);
            });
  }

  private static boolean equal(byte[] all, int rank) {
    int from = HASH_BYTES * rank;
    return Arrays.equals(all, 0, HASH_BYTES, all, from, from + HASH_BYTES);
  }

  private static byte[] hash(String value) {
    return Sha256.digest().digest(value.getBytes(StandardCharsets.UTF_8));
  }
}
