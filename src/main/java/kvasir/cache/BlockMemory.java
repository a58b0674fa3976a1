package kvasir.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.error.UserError;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;

/**
 * Memory for KV blocks of one rank. Each block has a number, its slot; slots are counted from 0 and
 * their memory is allocated when they are first reached, and kept until {@link #close}. Which
 * sequence uses a slot is decided elsewhere. {@link #reach} is not thread-safe; several threads may
 * read and write disjoint rows of blocks.
 */
public final class BlockMemory implements AutoCloseable {
  /**
   * Bytes of the first slab, a few huge pages. Slabs grow with the memory, so that there are few of
   * them; pages that nothing has written to take no memory.
   */
  private static final long LEAST_SLAB = 8L << 20;

  private static final long LARGEST_SLAB = 256L << 20;

  private final CacheShape shape;
  private final int rank;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> slabs = new ArrayList<>();

  /**
   * Views by {@code layer * kvHeads + kvHead} and slot, since a walk reads a head's slots in turn.
   */
  private final Panels[][] keys;

  private final Panels[][] values;
  private int[] slabOfSlot = new int[0];
  private long[] offsets = new long[0];
  private int blocks;
  private int room;

  /**
   * Creates memory without blocks.
   *
   * @param rank number of this rank in messages
   */
  public BlockMemory(CacheShape shape, int rank) {
    this.shape = shape;
    this.rank = rank;
    this.keys = new Panels[shape.layers() * shape.kvHeads()][0];
    this.values = new Panels[keys.length][0];
  }

  /** Returns the layout of a block. */
  public CacheShape shape() {
    return shape;
  }

  /** Returns the number of blocks that have been reached. */
  public int blocks() {
    return blocks;
  }

  /**
   * Allocates slots up to {@code slot}, inclusive, that are not allocated yet.
   *
   * @throws UserError if there is no memory
   */
  public void reach(int slot) {
    while (room <= slot) {
      addSlab(slot);
    }
    blocks = Math.max(blocks, slot + 1);
  }

  /** Returns the memory of a block, in the layout of its shape; a view. */
  public MemorySegment block(int slot) {
    return slabs.get(slabOfSlot[slot]).asSlice(offsets[slot], shape.blockBytes());
  }

  /** Copies all keys and values of a block to another one; both are allocated. */
  public void copy(int source, int target) {
    block(target).copyFrom(block(source));
  }

  /** Returns the keys of a block, {@code [head_dim, block]}, with tokens in the lanes; a view. */
  Panels keys(int layer, int kvHead, int slot) {
    return keys[layer * shape.kvHeads() + kvHead][slot];
  }

  /**
   * Returns the values of a block, {@code [block, head_dim]}, with elements in the lanes; a view.
   */
  Panels values(int layer, int kvHead, int slot) {
    return values[layer * shape.kvHeads() + kvHead][slot];
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Allocates memory for some more blocks, the next of which is {@code slot} or before it. */
  private void addSlab(int slot) {
    long bytes = shape.blockBytes();
    long wanted = Math.clamp(room * bytes, LEAST_SLAB, LARGEST_SLAB);
    int added = (int) Math.max(1, wanted / bytes);
    MemorySegment slab = allocateMemory(added * bytes, slot);
    int first = room;
    slabOfSlot = Arrays.copyOf(slabOfSlot, first + added);
    offsets = Arrays.copyOf(offsets, first + added);
    for (int i = 0; i < added; i++) {
      slabOfSlot[first + i] = slabs.size();
      offsets[first + i] = i * bytes;
    }
    long offset = 0;
    for (int view = 0; view < keys.length; view++) {
      keys[view] = Arrays.copyOf(keys[view], first + added);
      values[view] = Arrays.copyOf(values[view], first + added);
      for (int i = 0; i < added; i++) {
        long at = offset + i * bytes;
        keys[view][first + i] =
            new Panels(shape.type(), slab, at, shape.headDim(), shape.keyLanes());
        values[view][first + i] =
            new Panels(
                shape.type(), slab, at + shape.keyBytes(), shape.blockTokens(), shape.headDim());
      }
      offset += shape.keyBytes() + shape.valueBytes();
    }
    slabs.add(slab);
    room += added;
  }

  private MemorySegment allocateMemory(long bytes, int slot) {
    try {
      return OffHeap.allocate(arena, bytes);
    } catch (OutOfMemoryError e) {
      throw new UserError(
          "rank " + rank,
          "no memory for KV block " + (slot + 1) + " of " + shape.blockBytes() + " bytes",
          "use more ranks, a smaller --kv-type or a shorter context",
          e);
    }
  }
}
