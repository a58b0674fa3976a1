package kvasir.cache;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * Physical blocks of all ranks, as rank 0 counts them. A block is named by its rank and its slot in
 * that rank's memory. It is in one of three states:
 *
 * <pre>
 *   free     no holder, content of no use
 *   held     counted once for each table, copy or writer that needs its content
 *   idle     no holder, but kept: its content has a key and is evicted only when nothing is free
 * </pre>
 *
 * <p>Slots are handed out so that consecutive blocks of a sequence on a rank are neighbours where
 * possible; a request is never refused for want of neighbours. Idle blocks are evicted in the order
 * in which their last holder released them. A sequence releases its deepest block first, so the
 * deepest block of a chain is evicted before the blocks that lead to it. Not thread-safe.
 */
public final class BlockPool {
  /** Receiver of the news that a kept block has lost its content. */
  @FunctionalInterface
  interface Evictions {
    /** Called when an idle block is about to be handed out again. */
    void evicted(int rank, int slot);
  }

  /** Blocks of one rank. */
  private static final class RankBlocks {
    final int[] holders;
    final BitSet free;
    final BitSet kept;
    final SequencedSet<Integer> idle = new LinkedHashSet<>();
    int freeBlocks;

    RankBlocks(int capacity) {
      holders = new int[capacity];
      free = new BitSet(capacity);
      free.set(0, capacity);
      kept = new BitSet(capacity);
      freeBlocks = capacity;
    }
  }

  private final int blockTokens;
  private final Ownership ownership;
  private final int[] rankOfShard;
  private final RankBlocks[] ranks;
  private Evictions evictions = (rank, slot) -> {};
  private long version;

  /**
   * Creates a pool of free blocks.
   *
   * @param blockTokens number of tokens in a block
   * @param ownership division of a sequence's blocks among the ranks
   * @param capacities number of blocks in each rank's memory
   */
  public BlockPool(int blockTokens, Ownership ownership, int[] capacities) {
    if (capacities.length != ownership.ranks() || blockTokens < 1) {
      throw new IllegalArgumentException(
          capacities.length + " capacities for " + ownership.ranks() + " ranks");
    }
    this.blockTokens = blockTokens;
    this.ownership = ownership;
    this.rankOfShard = new int[ownership.shards()];
    Arrays.setAll(rankOfShard, ownership::rankOfBlock);
    this.ranks = new RankBlocks[capacities.length];
    Arrays.setAll(ranks, rank -> new RankBlocks(capacities[rank]));
  }

  /** Sets the receiver of evictions. */
  void onEviction(Evictions receiver) {
    evictions = receiver;
  }

  /** Returns the number of ranks. */
  public int ranks() {
    return ranks.length;
  }

  /** Returns the number of shards: blocks this far apart lie on the same rank. */
  int shards() {
    return rankOfShard.length;
  }

  /** Returns the number of tokens in a block. */
  public int blockTokens() {
    return blockTokens;
  }

  /** Returns the number of blocks for {@code tokens} tokens; the last may be partly filled. */
  public int blocks(int tokens) {
    return Math.ceilDiv(tokens, blockTokens);
  }

  /** Returns the rank that owns a block of a sequence. */
  public int rankOfBlock(int block) {
    return rankOfShard[block & (rankOfShard.length - 1)];
  }

  /**
   * Returns the number of blocks that a rank owns of a sequence's blocks {@code from} to {@code to
   * - 1}.
   */
  public int blocksOn(int rank, int from, int to) {
    return ownership.ownedBlocks(rank, to) - ownership.ownedBlocks(rank, from);
  }

  /** Returns the number of blocks in a rank's memory. */
  public int capacity(int rank) {
    return ranks[rank].holders.length;
  }

  /** Returns the number of a rank's free blocks. */
  public int free(int rank) {
    return ranks[rank].freeBlocks;
  }

  /** Returns the number of a rank's idle blocks. */
  public int idle(int rank) {
    return ranks[rank].idle.size();
  }

  /** Returns the number of a rank's blocks that {@link #take} can hand out: free and idle ones. */
  public int available(int rank) {
    return free(rank) + idle(rank);
  }

  /** Returns the number of holders of a block. */
  public int holders(int rank, int slot) {
    return ranks[rank].holders[slot];
  }

  /** Returns whether a block is free. */
  public boolean isFree(int rank, int slot) {
    return ranks[rank].free.get(slot);
  }

  /** Returns whether a block is kept: its content has a key. */
  public boolean isKept(int rank, int slot) {
    return ranks[rank].kept.get(slot);
  }

  /** Returns a number that differs after every change of the pool. */
  public long version() {
    return version;
  }

  /**
   * Takes a block and counts one holder: the slot after {@code previous} if it is free, else the
   * lowest free slot, else the idle block that was released first.
   *
   * @param previous slot of the sequence's previous block on this rank, or -1
   * @return the slot, or -1 if all blocks of the rank are held
   */
  public int take(int rank, int previous) {
    RankBlocks blocks = ranks[rank];
    if (blocks.freeBlocks == 0 && !evict(rank)) {
      return -1;
    }
    int next = previous + 1;
    boolean neighbour = previous >= 0 && next < blocks.holders.length && blocks.free.get(next);
    int slot = neighbour ? next : blocks.free.nextSetBit(0);
    blocks.free.clear(slot);
    blocks.freeBlocks--;
    blocks.holders[slot] = 1;
    version++;
    return slot;
  }

  /**
   * Counts one more holder of a held or idle block.
   *
   * @throws IllegalStateException if the block is free
   */
  public void hold(int rank, int slot) {
    RankBlocks blocks = ranks[rank];
    if (blocks.free.get(slot)) {
      throw new IllegalStateException("block " + slot + " of rank " + rank + " is free");
    }
    if (blocks.holders[slot]++ == 0) {
      blocks.idle.remove(slot);
    }
    version++;
  }

  /**
   * Counts one holder less. The block becomes free, or idle if it is kept, with its last holder.
   *
   * @throws IllegalStateException if the block has no holder; nothing changes
   */
  public void release(int rank, int slot) {
    RankBlocks blocks = ranks[rank];
    if (blocks.holders[slot] == 0) {
      throw new IllegalStateException("block " + slot + " of rank " + rank + " has no holder");
    }
    if (--blocks.holders[slot] == 0) {
      if (blocks.kept.get(slot)) {
        blocks.idle.addLast(slot);
      } else {
        makeFree(blocks, slot);
      }
    }
    version++;
  }

  /** Keeps a held block's content after its last holder has released it. */
  void keep(int rank, int slot) {
    if (ranks[rank].holders[slot] == 0) {
      throw new IllegalStateException("block " + slot + " of rank " + rank + " has no holder");
    }
    ranks[rank].kept.set(slot);
    version++;
  }

  /** Ends the keeping of a block; an idle one becomes free. */
  void drop(int rank, int slot) {
    RankBlocks blocks = ranks[rank];
    if (blocks.kept.get(slot)) {
      blocks.kept.clear(slot);
      if (blocks.holders[slot] == 0) {
        blocks.idle.remove(slot);
        makeFree(blocks, slot);
      }
      version++;
    }
  }

  /** Makes the rank's first idle block free, and with it those that only it leads to. */
  private boolean evict(int rank) {
    Iterator<Integer> first = ranks[rank].idle.iterator();
    if (!first.hasNext()) {
      return false;
    }
    int slot = first.next();
    evictions.evicted(rank, slot);
    drop(rank, slot);
    return true;
  }

  private static void makeFree(RankBlocks blocks, int slot) {
    blocks.free.set(slot);
    blocks.freeBlocks++;
  }
}
