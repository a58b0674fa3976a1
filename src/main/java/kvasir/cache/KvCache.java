package kvasir.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;

/**
 * KV cache of one sequence on one rank, which holds the blocks that the rank owns. Blocks are
 * allocated when the sequence first reaches them and never move. The cache owns its memory; {@link
 * #close} frees it. Methods that change its length are not thread-safe; several threads may read
 * and write disjoint rows.
 */
public final class KvCache implements AutoCloseable {
  /** Size of the memory that small blocks share: a few huge pages. */
  private static final long SLAB = 8L << 20;

  private final CacheShape shape;
  private final Ownership ownership;
  private final int rank;
  private final Arena arena = Arena.ofShared();
  private final List<Block> blocks = new ArrayList<>();
  private MemorySegment slab = MemorySegment.NULL;
  private long slabUsed;
  private int owned;
  private int tokens;

  /** Memory of one block, with views into it indexed by {@code layer * kvHeads + kvHead}. */
  private record Block(MemorySegment memory, Panels[] keys, Panels[] values) {}

  /**
   * Creates an empty cache.
   *
   * @throws IllegalArgumentException if shape and ownership differ in their number of shards
   */
  public KvCache(CacheShape shape, Ownership ownership, int rank) {
    if (ownership.shards() != shape.shards()) {
      throw new IllegalArgumentException("ownership and cache differ in their shards");
    }
    this.shape = shape;
    this.ownership = ownership;
    this.rank = rank;
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

  /** Returns the number of blocks that this rank has allocated, including those beyond a cut. */
  public int ownedBlocks() {
    return owned;
  }

  /** Returns the bytes of the blocks that this rank has allocated. */
  public long bytes() {
    return owned * shape.blockBytes();
  }

  /**
   * Extends the sequence to {@code length} tokens and allocates this rank's new blocks. Does
   * nothing if the sequence is longer.
   *
   * @throws UserError if there is no memory
   */
  public void extend(int length) {
    while (blocks.size() < shape.blocks(length)) {
      boolean owns = ownership.rankOfBlock(blocks.size()) == rank;
      blocks.add(owns ? allocate() : null);
      owned += owns ? 1 : 0;
    }
    tokens = Math.max(tokens, length);
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

  /** Returns whether this rank owns a block that the sequence has reached. */
  public boolean owns(int block) {
    return blocks.get(block) != null;
  }

  /**
   * Returns the memory of a block that this rank owns, in the layout of its shape. The cache owns
   * the memory. Its content does not change any more once the sequence has passed the block, unless
   * the sequence is cut.
   */
  public MemorySegment block(int block) {
    return blocks.get(block).memory;
  }

  /**
   * Returns the keys of a block that this rank owns, {@code [head_dim, block]}, with tokens in the
   * lanes; a view.
   */
  public Panels keys(int layer, int kvHead, int block) {
    return blocks.get(block).keys[layer * shape.kvHeads() + kvHead];
  }

  /**
   * Returns the values of a block that this rank owns, {@code [block, head_dim]}, with elements in
   * the lanes; a view.
   */
  public Panels values(int layer, int kvHead, int block) {
    return blocks.get(block).values[layer * shape.kvHeads() + kvHead];
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
    for (int layer = 0; layer < shape.layers(); layer++) {
      int first = layer * shape.kvHeads();
      for (int head = 0; head < shape.kvHeads(); head++) {
        keys[first + head] =
            new Panels(shape.type(), memory, offset, shape.headDim(), shape.keyLanes());
        offset += shape.keyBytes();
        values[first + head] =
            new Panels(shape.type(), memory, offset, shape.blockTokens(), shape.headDim());
        offset += shape.valueBytes();
      }
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
          "no memory for KV block " + (owned + 1) + " of " + shape.blockBytes() + " bytes",
          "use more ranks, a smaller --kv-type or a shorter context",
          e);
    }
  }
}
