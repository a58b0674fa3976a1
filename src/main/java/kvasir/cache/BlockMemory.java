package kvasir.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.error.UserError;
import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;
import kvasir.tensor.OffHeap;

/**
 * Memory for KV blocks of one rank. It consists of slabs of several blocks, in the layout of {@link
 * KvBlock}. Each block has a number, its slot; slots are counted from 0 and their memory is
 * allocated when they are first reached, and kept until {@link #close}. Which sequence uses a slot
 * is decided elsewhere. {@link #reach} is not thread-safe; several threads may read and write
 * disjoint rows of blocks.
 */
public final class BlockMemory implements AutoCloseable {
  /** Bytes of the first slab, a huge page, unless a block has more. */
  private static final long LEAST_SLAB = 2L << 20;

  /**
   * Factor from the size of a slab to that of all before it. The slots of a slab lie between one
   * another, so it takes its whole memory as soon as one of them is written.
   */
  private static final int GROWTH = 8;

  private static final long LARGEST_SLAB = 256L << 20;

  private final CacheShape shape;
  private final int rank;
  private final Arena arena = Arena.ofShared();
  private final List<MemorySegment> slabs = new ArrayList<>();

  /**
   * Views by {@code layer * kvHeads + kvHead} and slot, since a walk reads a head's slots in turn.
   */
  private final CachedKeys[][] keys;

  private final CachedValues[][] values;
  private int[] slabOfSlot = new int[0];
  private int[] firstSlots = new int[0];
  private int most = Integer.MAX_VALUE;
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
    this.keys = new CachedKeys[shape.layers() * shape.kvHeads()][0];
    this.values = new CachedValues[keys.length][0];
  }

  /** Returns the layout of a block. */
  public CacheShape shape() {
    return shape;
  }

  /** Sets the largest number of blocks, so that no memory is allocated for more. */
  public void limit(int blocks) {
    most = blocks;
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

  /** Returns a block; a view. */
  public KvBlock block(int slot) {
    int slab = slabOfSlot[slot];
    return new KvBlock(shape, slabs.get(slab), slot - firstSlots[slab], slots(slab));
  }

  /** Copies all keys and values of a block to another one; both are allocated. */
  public void copy(int source, int target) {
    block(target).copyFrom(block(source));
  }

  /** Returns the keys of a block, {@code [head_dim, block]}, with tokens in the lanes; a view. */
  CachedKeys keys(int layer, int kvHead, int slot) {
    return keys[layer * shape.kvHeads() + kvHead][slot];
  }

  /**
   * Returns the values of a block, {@code [block, head_dim]}, with elements in the lanes; a view.
   */
  CachedValues values(int layer, int kvHead, int slot) {
    return values[layer * shape.kvHeads() + kvHead][slot];
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Allocates memory for some more blocks, the next of which is {@code slot} or before it. */
  private void addSlab(int slot) {
    int added = slabSlots(shape, room, most);
    MemorySegment slab = allocateMemory(added * shape.blockBytes(), slot);
    slabOfSlot = Arrays.copyOf(slabOfSlot, room + added);
    Arrays.fill(slabOfSlot, room, room + added, slabs.size());
    firstSlots = Arrays.copyOf(firstSlots, slabs.size() + 1);
    firstSlots[slabs.size()] = room;
    for (int view = 0; view < keys.length; view++) {
      keys[view] = Arrays.copyOf(keys[view], room + added);
      values[view] = Arrays.copyOf(values[view], room + added);
      for (int i = 0; i < added; i++) {
        KvBlock block = new KvBlock(shape, slab, i, added);
        keys[view][room + i] = block.keys(view);
        values[view][room + i] = block.values(view);
      }
    }
    slabs.add(slab);
    room += added;
  }

  private int slots(int slab) {
    int end = slab + 1 < slabs.size() ? firstSlots[slab + 1] : room;
    return end - firstSlots[slab];
  }

  /**
   * Returns the number of slots of the next slab.
   *
   * @param room number of slots that there are
   * @param most number of slots that there will be at most
   */
  private static int slabSlots(CacheShape shape, int room, int most) {
    long bytes = shape.blockBytes();
    long wanted = Math.clamp(room / GROWTH * bytes, LEAST_SLAB, LARGEST_SLAB);
    return Math.clamp(wanted / bytes, 1, Math.max(1, most - room));
  }

  /** Returns the bytes that memory without a {@link #limit} allocates for a number of blocks. */
  public static long bytes(CacheShape shape, int blocks) {
    int room = 0;
    while (room < blocks) {
      room += slabSlots(shape, room, Integer.MAX_VALUE);
    }
    return room * shape.blockBytes();
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
