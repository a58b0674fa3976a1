package kvasir.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import kvasir.error.UserError;
import kvasir.tensor.OffHeap;
import kvasir.tensor.Panels;

/**
 * The blocks that one rank owns. Blocks are allocated when the sequence first reaches them and
 * never move. Owns its memory; {@link #close} frees it. {@link #extend} is for one thread at a
 * time; reading and writing rows is safe from many threads on disjoint rows.
 */
public final class KvCache implements AutoCloseable {
  /** Small blocks share memory of this size: a few huge pages. */
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

  /** One block's memory, and views into it {@code [layer * kvHeads + kvHead]}. */
  private record Block(MemorySegment memory, Panels[] keys, Panels[] values) {}

  public KvCache(CacheShape shape, Ownership ownership, int rank) {
    if (ownership.shards() != shape.shards()) {
      throw new IllegalArgumentException("ownership and cache differ in their shards");
    }
    this.shape = shape;
    this.ownership = ownership;
    this.rank = rank;
  }

  public CacheShape shape() {
    return shape;
  }

  public Ownership ownership() {
    return ownership;
  }

  public int rank() {
    return rank;
  }

  /** Tokens of the sequence so far, those of other ranks included. */
  public int tokens() {
    return tokens;
  }

  /** Blocks that this rank holds, those of tokens cut since included. */
  public int ownedBlocks() {
    return owned;
  }

  /** Bytes that this rank's blocks take. */
  public long bytes() {
    return owned * shape.blockBytes();
  }

  /** Makes room for the sequence to grow to {@code length} tokens. */
  public void extend(int length) {
    while (blocks.size() < shape.blocks(length)) {
      boolean mine = ownership.rankOfBlock(blocks.size()) == rank;
      blocks.add(mine ? allocate() : null);
      owned += mine ? 1 : 0;
    }
    tokens = Math.max(tokens, length);
  }

  /** Cuts the sequence to its first {@code length} tokens. The blocks stay, for what comes next. */
  public void truncate(int length) {
    if (length < 0 || length > tokens) {
      throw new IllegalArgumentException(length + " of " + tokens + " tokens");
    }
    tokens = length;
  }

  /** Whether a block stands on this rank. */
  public boolean owns(int block) {
    return blocks.get(block) != null;
  }

  /**
   * All bytes of a block that this rank owns, as its shape lays them out; they are the cache's own.
   * They change no more when the sequence has passed the block, unless it is cut.
   */
  public MemorySegment block(int block) {
    return blocks.get(block).memory;
  }

  /** Keys of a block that this rank owns, {@code [head_dim, block]}: tokens in the lanes. */
  public Panels keys(int layer, int kvHead, int block) {
    return blocks.get(block).keys[layer * shape.kvHeads() + kvHead];
  }

  /** Values of a block that this rank owns, {@code [block, head_dim]}: elements in the lanes. */
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
    long at = 0;
    for (int layer = 0; layer < shape.layers(); layer++) {
      int first = layer * shape.kvHeads();
      for (int head = 0; head < shape.kvHeads(); head++) {
        keys[first + head] =
            new Panels(shape.type(), memory, at, shape.headDim(), shape.keyLanes());
        at += shape.keyBytes();
        values[first + head] =
            new Panels(shape.type(), memory, at, shape.blockTokens(), shape.headDim());
        at += shape.valueBytes();
      }
    }
    return new Block(memory, keys, values);
  }

  /** Memory of one block, cut from a slab: large pieces can stand on huge pages. */
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
