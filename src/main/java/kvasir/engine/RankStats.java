package kvasir.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kvasir.attention.AttentionMass;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;

/**
 * The part of the cache that one rank holds, and the attention that it received.
 *
 * @param pid process id of the rank
 * @param blocks number of KV blocks
 * @param bytes bytes of its cache
 * @param share share of the softmax weight that its keys received, 0 to 1
 */
public record RankStats(int rank, long pid, int blocks, long bytes, double share) {
  private static final int FIELDS = 4;
  private static final int BAR = 30;

  /**
   * Gathers the statistics of all ranks. All ranks call it; rank 0 gets the list in the order of
   * ranks, the others an empty one.
   */
  public static List<RankStats> gather(Engine engine, AttentionMass mass) {
    Communicator world = engine.world();
    long[] own = {
      ProcessHandle.current().pid(),
      engine.cache().ownedBlocks(),
      engine.cache().bytes(),
      Double.doubleToLongBits(mass.share())
    };
    long[] all = Collectives.gather(world, own);
    List<RankStats> stats = new ArrayList<>();
    for (int rank = 0; world.rank() == 0 && rank < world.size(); rank++) {
      int at = rank * FIELDS;
      double share = Double.longBitsToDouble(all[at + 3]);
      stats.add(new RankStats(rank, all[at], (int) all[at + 1], all[at + 2], share));
    }
    return stats;
  }

  /** Returns a bar whose length shows a share from 0 to 1. */
  public static String bar(double share) {
    return "#".repeat((int) Math.round(BAR * share));
  }

  /** Returns a table with a line for each rank. */
  public static String table(List<RankStats> ranks, Engine engine) {
    long total = Math.max(1, ranks.stream().mapToLong(RankStats::bytes).sum());
    StringBuilder table =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "KV cache: %d tokens, blocks of %d, %d shards, %s%n"
                    + " rank      pid  blocks        bytes  of KV  attention mass%n",
                engine.cache().tokens(),
                engine.cache().shape().blockTokens(),
                engine.cache().shape().shards(),
                engine.cache().shape().type()));
    for (RankStats rank : ranks) {
      table.append(
          String.format(
              Locale.ROOT,
              " %4d %8d %7d %12d %5.1f%% %5.1f%% %s%n",
              rank.rank(),
              rank.pid(),
              rank.blocks(),
              rank.bytes(),
              100.0 * rank.bytes() / total,
              100 * rank.share(),
              bar(rank.share())));
    }
    return table.toString().stripTrailing();
  }
}
