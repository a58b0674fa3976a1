package kvasir.engine;

import java.util.Locale;
import kvasir.error.UserError;
import kvasir.model.RankMemory;
import kvasir.tensor.Shares;

/** Refusal of runs of which a rank would hold more than its limit. */
record MemoryNeed(RankMemory.Run run, RankMemory.Slices weights) {

  /** Bytes of the rank that needs most. */
  long most(Shares shares) {
    return RankMemory.most(run, weights, shares).bytes();
  }

  /** Refuses what does not fit, and says how many ranks would hold it. */
  void check(Shares shares, long limit) {
    RankMemory need = RankMemory.most(run, weights, shares);
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
