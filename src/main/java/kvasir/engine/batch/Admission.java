package kvasir.engine.batch;

import java.util.Arrays;
import java.util.Iterator;
import kvasir.cache.BlockPool;

/**
 * Admission of waiting sequences in the order of arrival. A sequence begins when the blocks of all
 * its tokens are available on every rank, besides a reserve for the running ones. The first one
 * that does not fit ends the admission of the step, so that it is not overtaken for ever; one that
 * waits for another's blocks is passed over.
 */
final class Admission {
  /** Running sequences that open their next block within this number of tokens reserve it. */
  private static final int RESERVED_TOKENS = 32;

  private final BlockPool pool;
  private final LiveSequences sequences;
  private final int maxSequences;
  private final int[] reserved;
  private final int[] taken;
  private Live blocked;
  private long blockedVersion;

  Admission(BlockPool pool, LiveSequences sequences, int maxSequences) {
    this.pool = pool;
    this.sequences = sequences;
    this.maxSequences = maxSequences;
    this.reserved = new int[pool.ranks()];
    this.taken = new int[pool.ranks()];
  }

  /**
   * Lets sequences begin.
   *
   * @param step number of the step; sequences that may not begin yet are passed over
   * @return the tokens of prompts that were found computed by sequences that began first now
   */
  long admit(long step) {
    if (sequences.waiting().isEmpty()) {
      return 0;
    }
    Arrays.fill(reserved, 0);
    sequences.running().forEach(this::reserve);
    long hitTokens = 0;
    Iterator<Live> waiting = sequences.waiting().iterator();
    while (waiting.hasNext() && sequences.running().size() < maxSequences) {
      Live live = waiting.next();
      if (live.notBefore > step || sequences.awaits(live)) {
        continue;
      }
      if (live == blocked && pool.version() == blockedVersion) {
        break;
      }
      int hits = sequences.hits(live);
      sequences.await(live, hits);
      if (live.awaited != null) {
        continue;
      }
      if (!fits(live, hits)) {
        blocked = live;
        blockedVersion = pool.version();
        break;
      }
      hitTokens += live.begun ? 0 : (long) hits * pool.blockTokens();
      waiting.remove();
      sequences.begin(live, hits);
      reserve(live);
    }
    return hitTokens;
  }

  private void reserve(Live live) {
    int blocks = live.sequence.blocks();
    int room = blocks * pool.blockTokens() - live.sequence.length();
    if (room < RESERVED_TOKENS && blocks < pool.blocks(live.mostStored())) {
      reserved[pool.rankOfBlock(blocks)]++;
    }
  }

  // Idle blocks that are hits are taken by the sequence too, so they are not available for others.
  private boolean fits(Live live, int hits) {
    Arrays.fill(taken, 0);
    sequences.countIdle(live, hits, taken);
    int blocks = pool.blocks(live.sequence.length());
    for (int rank = 0; rank < pool.ranks(); rank++) {
      int all = taken[rank] + pool.blocksOn(rank, hits, blocks);
      if (all > 0 && all > pool.available(rank) - reserved[rank]) {
        return false;
      }
    }
    return true;
  }
}
