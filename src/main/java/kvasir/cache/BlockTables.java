package kvasir.cache;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Block tables of all live sequences, as each rank keeps them by applying rank 0's plans: the slot
 * of each block, on the rank that owns it, and the number of tokens whose keys and values are
 * stored. All ranks have equal tables after equal plans, which {@link #hash} shows. Each change is
 * checked, and one that does not fit the tables throws {@link IllegalStateException} before
 * anything of it is done. Not thread-safe; several threads may read between changes.
 */
public final class BlockTables {
  /** Blocks of one sequence; a view that later plans change. */
  public static final class Table {
    private int[] slots;
    private int blocks;
    private int cached;

    private Table(int[] slots, int cached) {
      this.slots = Arrays.copyOf(slots, Math.max(4, slots.length));
      this.blocks = slots.length;
      this.cached = cached;
    }

    /** Returns the number of blocks. */
    public int blocks() {
      return blocks;
    }

    /** Returns the number of first tokens whose keys and values are stored. */
    public int cached() {
      return cached;
    }

    /** Returns the slot of a block, in the memory of the rank that owns the block. */
    public int slot(int block) {
      if (block >= blocks) {
        throw new IndexOutOfBoundsException(block + " of " + blocks + " blocks");
      }
      return slots[block];
    }
  }

  private final int blockTokens;
  private final Ownership ownership;
  private final int[] capacities;
  private final Map<Long, Table> tables = new HashMap<>();

  /**
   * Creates tables without sequences.
   *
   * @param blockTokens number of tokens in a block
   * @param ownership division of a sequence's blocks among the ranks
   * @param capacities number of blocks in each rank's memory
   */
  public BlockTables(int blockTokens, Ownership ownership, int[] capacities) {
    this.blockTokens = blockTokens;
    this.ownership = ownership;
    this.capacities = capacities.clone();
  }

  /** Returns the number of live sequences. */
  public int sequences() {
    return tables.size();
  }

  /** Returns the table of a live sequence. */
  public Table table(long sequence) {
    Table table = tables.get(sequence);
    if (table == null) {
      throw fault(sequence, "is unknown");
    }
    return table;
  }

  /** Adds a sequence that shares whole computed blocks. */
  public void start(long sequence, int[] sharedSlots) {
    if (tables.containsKey(sequence)) {
      throw fault(sequence, "has started");
    }
    for (int block = 0; block < sharedSlots.length; block++) {
      checkSlot(sequence, block, sharedSlots[block]);
    }
    if ((long) sharedSlots.length * blockTokens > Integer.MAX_VALUE) {
      throw fault(sequence, "is too long");
    }
    tables.put(sequence, new Table(sharedSlots, sharedSlots.length * blockTokens));
  }

  /** Adds the next block of a sequence. */
  public void add(long sequence, int block, int slot) {
    Table table = table(sequence);
    if (block != table.blocks) {
      throw fault(sequence, "has " + table.blocks + " blocks, not " + block);
    }
    checkSlot(sequence, block, slot);
    if (block == table.slots.length) {
      table.slots = Arrays.copyOf(table.slots, block * 2);
    }
    table.slots[block] = slot;
    table.blocks++;
  }

  /**
   * Counts the first tokens of a sequence's last block as stored, since they are copied from
   * another slot of the same rank.
   */
  public void copy(long sequence, int block, int source, int tokens) {
    Table table = table(sequence);
    boolean fits = block == table.blocks - 1 && table.cached == (long) block * blockTokens;
    if (!fits || tokens < 1 || tokens > blockTokens || source == table.slots[block]) {
      throw fault(sequence, "has no block " + block + " for a copy of " + tokens + " tokens");
    }
    checkSlot(sequence, block, source);
    table.cached += tokens;
  }

  /** Cuts a sequence to its first {@code tokens} tokens and the blocks that hold them. */
  public void truncate(long sequence, int tokens) {
    Table table = table(sequence);
    if (tokens < 0 || tokens > table.cached) {
      throw fault(sequence, "has " + table.cached + " tokens, not " + tokens);
    }
    table.cached = tokens;
    table.blocks = Math.ceilDiv(tokens, blockTokens);
  }

  /** Counts rows that a step stores behind a sequence's stored tokens. */
  public void advance(long sequence, int position, int rows) {
    Table table = table(sequence);
    if (position != table.cached) {
      throw fault(sequence, "continues at " + table.cached + ", not " + position);
    }
    if (rows < 1 || (long) position + rows > (long) table.blocks * blockTokens) {
      throw fault(sequence, "has " + table.blocks + " blocks for " + position + " + " + rows);
    }
    table.cached += rows;
  }

  /** Removes a sequence. */
  public void release(long sequence) {
    if (tables.remove(sequence) == null) {
      throw fault(sequence, "is unknown");
    }
  }

  /** Returns a hash over all tables, which does not depend on the order of sequences. */
  public long hash() {
    long sum = mix(tables.size());
    for (Map.Entry<Long, Table> entry : tables.entrySet()) {
      Table table = entry.getValue();
      long hash = mix(entry.getKey());
      hash = mix(hash ^ table.cached);
      for (int block = 0; block < table.blocks; block++) {
        hash = mix(hash ^ (table.slots[block] + 1L));
      }
      sum += mix(hash ^ table.blocks);
    }
    return sum;
  }

  private void checkSlot(long sequence, int block, int slot) {
    int rank = ownership.rankOfBlock(block);
    if (slot < 0 || slot >= capacities[rank]) {
      throw fault(sequence, "has slot " + slot + " of " + capacities[rank] + " on rank " + rank);
    }
  }

  private static IllegalStateException fault(long sequence, String what) {
    return new IllegalStateException("sequence " + sequence + " " + what);
  }

  /** Finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
