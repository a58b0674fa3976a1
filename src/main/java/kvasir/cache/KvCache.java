package kvasir.cache;

import java.util.Arrays;
import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;

/**
 * Keys and values of one sequence on one rank: its length and a table of the blocks that the rank
 * owns, whose memory is {@link BlockMemory}. Blocks never move. A cache does not own the memory,
 * which several sequences may share. Methods that change the length or the table are not
 * thread-safe; several threads may read and write disjoint rows.
 */
public final class KvCache {
  private static final long SOLE = 0;

  private final BlockMemory memory;
  private final CacheShape shape;
  private final Ownership ownership;
  private final int rank;
  private final BlockTables tables;
  private final BlockTables.Table table;
  private int owned;
  private int tokens;

  /**
   * Creates the empty cache of a sequence that has a table of its own.
   *
   * @param memory memory of this rank's blocks
   * @throws IllegalArgumentException if shape and ownership differ in their number of shards
   */
  public KvCache(BlockMemory memory, Ownership ownership, int rank) {
    this(memory, ownership, rank, sole(memory.shape(), ownership), SOLE);
  }

  /**
   * Creates a view of one of many sequences. Its blocks are added to the tables, and its length is
   * set by {@link #setTokens}.
   *
   * @param tables block tables, to which the sequence has been added
   * @param sequence number of the sequence
   */
  public KvCache(
      BlockMemory memory, Ownership ownership, int rank, BlockTables tables, long sequence) {
    if (ownership.shards() != memory.shape().shards()) {
      throw new IllegalArgumentException("ownership and cache differ in their shards");
    }
    this.memory = memory;
    this.shape = memory.shape();
    this.ownership = ownership;
    this.rank = rank;
    this.tables = tables;
    this.table = tables.table(sequence);
  }

  private static BlockTables sole(CacheShape shape, Ownership ownership) {
    int[] capacities = new int[ownership.ranks()];
    Arrays.fill(capacities, Integer.MAX_VALUE);
    BlockTables own = new BlockTables(shape.blockTokens(), ownership, capacities);
    own.start(SOLE, new int[0]);
    return own;
  }

  /** Returns the shape of the cache. */
  public CacheShape shape() {
    return shape;
  }

  /** Returns the division of shards among ranks. */
  public Ownership ownership() {
    return ownership;
  }

  /** Returns the rank whose blocks this cache holds. */
  public int rank() {
    return rank;
  }

  /** Returns the length of the sequence in tokens, including those in other ranks' blocks. */
  public int tokens() {
    return tokens;
  }

  /**
   * Returns the number of blocks that this rank holds for a sequence with a table of its own,
   * including those beyond a cut.
   */
  public int ownedBlocks() {
    return owned;
  }

  /** Returns the bytes of the blocks that this rank holds. */
  public long bytes() {
    return owned * shape.blockBytes();
  }

  /**
   * Adds the next block of a sequence with a table of its own.
   *
   * @param slot slot of the block in the memory of the rank that owns it
   */
  public void add(int slot) {
    int block = table.blocks();
    tables.add(SOLE, block, slot);
    if (owns(block)) {
      memory.reach(slot);
      owned++;
    }
  }

  /**
   * Extends the sequence to {@code length} tokens, for a sequence that has the memory to itself:
   * new blocks take the next slots. Does nothing if the sequence is longer.
   *
   * @throws kvasir.error.UserError if there is no memory
   */
  public void extend(int length) {
    while (table.blocks() < shape.blocks(length)) {
      add(owned);
    }
    tokens = Math.max(tokens, length);
  }

  /**
   * Sets the length of the sequence, whose blocks must have been added.
   *
   * @throws IllegalArgumentException if a block is missing
   */
  public void setTokens(int length) {
    if (length < 0 || shape.blocks(length) > table.blocks()) {
      throw new IllegalArgumentException(length + " tokens in " + table.blocks() + " blocks");
    }
    tokens = length;
  }

  /**
   * Cuts the sequence to its first {@code length} tokens. Blocks beyond are kept for reuse.
   *
   * @throws IllegalArgumentException if the sequence is shorter
   */
  public void truncate(int length) {
    if (length < 0 || length > tokens) {
      throw new IllegalArgumentException(length + " of " + tokens + " tokens");
    }
    tokens = length;
  }

  /** Returns whether this rank owns a block of the sequence. */
  public boolean owns(int block) {
    return ownership.rankOfBlock(block) == rank;
  }

  /**
   * Returns the number of first blocks that two sequences have in common. Sequences with tables of
   * their own have none.
   */
  int commonBlocks(KvCache other) {
    if (tables != other.tables) {
      return 0;
    }
    int most = Math.min(table.blocks(), other.table.blocks());
    int block = 0;
    while (block < most && table.slot(block) == other.table.slot(block)) {
      block++;
    }
    return block;
  }

  /**
   * Compares the slots of two sequences block by block, so that a sort puts sequences with common
   * first blocks side by side.
   */
  int compareBlocks(KvCache other) {
    int most = Math.min(table.blocks(), other.table.blocks());
    for (int block = 0; block < most; block++) {
      int compared = Integer.compare(table.slot(block), other.table.slot(block));
      if (compared != 0) {
        return compared;
      }
    }
    return Integer.compare(table.blocks(), other.table.blocks());
  }

  /**
   * Returns a block that this rank owns. Its content does not change any more once the sequence has
   * passed the block, unless the sequence is cut or gives the block back.
   */
  public KvBlock block(int block) {
    return memory.block(table.slot(block));
  }

  /**
   * Returns the keys of a block that this rank owns, {@code [head_dim, block]}, with tokens in the
   * lanes; a view.
   */
  public CachedKeys keys(int layer, int kvHead, int block) {
    return memory.keys(layer, kvHead, table.slot(block));
  }

  /**
   * Returns the values of a block that this rank owns, {@code [block, head_dim]}, with elements in
   * the lanes; a view.
   */
  public CachedValues values(int layer, int kvHead, int block) {
    return memory.values(layer, kvHead, table.slot(block));
  }
}
