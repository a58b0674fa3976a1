package kvasir.launch;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;
import kvasir.error.UserError;
import kvasir.file.Sha256;

/**
 * Check that settings which must be equal on all ranks are equal, made before a difference can do
 * harm.
 */
public final class Agreement {
  private static final int HASH_BYTES = 32;

  private Agreement() {}

  /**
   * Compares a value of this rank with that of rank 0. Every rank of the world must call it with
   * the same name, since it exchanges messages.
   *
   * @param world all ranks
   * @param name name of the value, as users know it
   * @param value value of this rank; only its SHA-256 is sent
   * @param remedy advice to the user if a value differs
   * @throws UserError on every rank, with the same words, if a rank has another value than rank 0
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
