package kvasir.engine;

import java.util.Locale;
import kvasir.error.UserError;
import kvasir.model.RankMemory;
import kvasir.tensor.Shares;

/**
 * Check of the memory that a run needs on each rank against a limit.
 *
 * @param weights gives the bytes of weights that a rank holds
 */
record MemoryNeed(RankMemory.Run run, RankMemory.Slices weights) {

  /** Returns the number of bytes needed by the rank that needs most. */
  long most(Shares shares) {
    return RankMemory.most(run, weights, shares).bytes();
  }

  /**
   * Throws a {@link UserError} if a rank needs more than {@code limit} bytes. Its remedy names the
   * number of equal ranks that would fit.
   */
  void check(Shares shares, long limit) {
    RankMemory need = RankMemory.most(run, weights, shares);
    if (run.pool() > 0 && need.bytes() > limit) {
      throw new UserError(
          "--memory-limit",
          "a rank needs %s, %s of them for KV blocks and %s for the JVM; the limit is %s"
              .formatted(text(need.bytes()), text(run.pool()), text(need.jvm()), text(limit)),
          "lower --kv-memory or --max-sequences, or raise the limit");
    }
    if (need.bytes() > limit) {
      throw new UserError(
          "--memory-limit",
          "a rank needs %s for %,d tokens, %s of them for the JVM; the limit is %s"
              .formatted(text(need.bytes()), run.positions(), text(need.jvm()), text(limit)),
          remedy(need, limit));
    }
  }

  private String remedy(RankMemory need, long limit) {
    int shards = run.cache().shards();
    for (int ranks = 1; ranks <= shards && need.jvm() < limit; ranks++) {
      if (most(Shares.even(ranks)) <= limit) {
        return "use " + ranks + " equal ranks, or a shorter context";
      }
    }
    return "no number of ranks up to --shards " + shards + " would do: raise the limit";
  }

  private static String text(long bytes) {
    return bytes < 1 << 20
        ? String.format(Locale.ROOT, "%,d bytes", bytes)
        : String.format(Locale.ROOT, "%,d MiB", Math.ceilDiv(bytes, 1 << 20));
  }
}
