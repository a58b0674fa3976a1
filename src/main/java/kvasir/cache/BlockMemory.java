package kvasir.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
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
  /** Size of the memory that small blocks share: a few huge pages. */
  private static final long SLAB = 8L << 20;

  private final CacheShape shape;
  private final int rank;
  private final Arena arena = Arena.ofShared();
  private final List<Block> blocks = new ArrayList<>();
  private MemorySegment slab = MemorySegment.NULL;
  private long slabUsed;

  /** Memory of one block, with views into it indexed by {@code layer * kvHeads + kvHead}. */
  private record Block(MemorySegment memory, Panels[] keys, Panels[] values) {}

  /**
   * Creates memory without blocks.
   *
   * @param rank number of this rank in messages
   */
  public BlockMemory(CacheShape shape, int rank) {
    this.shape = shape;
    this.rank = rank;
  }

  /** Returns the layout of a block. */
  public CacheShape shape() {
    return shape;
  }

  /** Returns the number of blocks that are allocated. */
  public int blocks() {
    return blocks.size();
  }

  /**
   * Allocates slots up to {@code slot}, inclusive, that are not allocated yet.
   *
   * @throws UserError if there is no memory
   */
  public void reach(int slot) {
    while (blocks.size() <= slot) {
      blocks.add(allocate());
    }
  }

  /** Returns the memory of a block, in the layout of its shape; a view. */
  public MemorySegment block(int slot) {
    return blocks.get(slot).memory;
  }

  /** Copies all keys and values of a block to another one; both are allocated. */
  public void copy(int source, int target) {
    block(target).copyFrom(block(source));
  }

  /** Returns the keys of a block, {@code [head_dim, block]}, with tokens in the lanes; a view. */
  Panels keys(int layer, int kvHead, int slot) {
    return blocks.get(slot).keys[layer * shape.kvHeads() + kvHead];
  }

  /**
   * Returns the values of a block, {@code [block, head_dim]}, with elements in the lanes; a view.
   */
  Panels values(int layer, int kvHead, int slot) {
    return blocks.get(slot).values[layer * shape.kvHeads() + kvHead];
  }

  @Override
  public void close() {
    arena.close();
  }

  private Block allocate() {
    MemorySegment memory = takeMemory();
    int views = shape.layers() * shape.kvHeads();
    Panels[] keys = new Panels[views];
    Panels[] values = new Panels[views];
    long offset = 0;
    for (int view = 0; view < views; view++) {
      keys[view] = new Panels(shape.type(), memory, offset, shape.headDim(), shape.keyLanes());
      offset += shape.keyBytes();
      values[view] = new Panels(shape.type(), memory, offset, shape.blockTokens(), shape.headDim());
      offset += shape.valueBytes();
    }
    return new Block(memory, keys, values);
  }

  /** Returns memory for one block, cut from a slab, since only large allocations get huge pages. */
  private MemorySegment takeMemory() {
    long bytes = shape.blockBytes();
    if (slab.byteSize() - slabUsed < bytes) {
      slab = allocateMemory(Math.max(1, SLAB / bytes) * bytes);
      slabUsed = 0;
    }
    MemorySegment memory = slab.asSlice(slabUsed, bytes);
    slabUsed += bytes;
    return memory;
  }

  private MemorySegment allocateMemory(long bytes) {
    try {
      return OffHeap.allocate(arena, bytes);
    } catch (OutOfMemoryError e) {
      throw new UserError(
          "rank " + rank,
          "no memory for KV block " + (blocks.size() + 1) + " of " + shape.blockBytes() + " bytes",
          "use more ranks, a smaller --kv-type or a shorter context",
          e);
    }
  }
}
