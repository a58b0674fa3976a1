package kvasir.engine.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kvasir.cache.CacheShape;
import kvasir.engine.Engine;

/**
 * One rank's whole KV blocks of many sequences in a folder, under the names that {@link Snapshot}
 * gives them, whichever ranks wrote them. Blocks are written from the engine's memory in the
 * background, so {@link #close} must be called before the engine is closed. Used by one thread at a
 * time.
 */
public final class BlockStore implements AutoCloseable {
  private final Path folder;
  private final Engine engine;
  private final CacheShape shape;
  private final TokenChain begin;
  private final MemorySegment read;
  private final MemorySegment written;
  private final List<BlockFile> damaged = new ArrayList<>();
  private final BlockWriting writing = new BlockWriting();

  private BlockStore(Path folder, Engine engine, TokenChain begin) {
    this.folder = folder;
    this.engine = engine;
    this.shape = engine.blocks().shape();
    this.begin = begin;
    this.read = Arena.ofAuto().allocate(shape.blockBytes());
    this.written = Arena.ofAuto().allocate(shape.blockBytes());
  }

  /**
   * Opens a folder, which is created if it is missing.
   *
   * @param version version of Kvasir, part of the files' names
   * @param model the model's {@link kvasir.weights.ModelHash}
   * @param engine the engine whose blocks are read and written; stays the caller's
   * @throws kvasir.error.UserError if the folder cannot be used
   */
  public static BlockStore open(Path folder, String version, String model, Engine engine) {
    Snapshot.prepare(folder);
    CacheShape shape = engine.blocks().shape();
    return new BlockStore(
        folder, engine, TokenChain.begin(version, model, shape, engine.settings().attention()));
  }

  /**
   * Reads this rank's blocks of a sequence from files, up to the first that is missing or damaged.
   *
   * @param ids tokens of the sequence, from its first one to the end of the last block
   * @param firstBlock first block to read
   * @param slots slot of each block from {@code firstBlock} on
   * @return number of blocks, from {@code firstBlock} on, before the first one that this rank owns
   *     and has not read
   */
  public int load(int[] ids, int firstBlock, int[] slots) {
    TokenChain chain = begin.fork();
    for (int i = 0; i < firstBlock * shape.blockTokens(); i++) {
      chain.add(ids[i]);
    }
    for (int i = 0; i < slots.length; i++) {
      BlockFile file = next(chain, ids, firstBlock + i);
      if (owns(firstBlock + i) && !read(file, slots[i])) {
        return i;
      }
    }
    return slots.length;
  }

  private boolean read(BlockFile file, int slot) {
    BlockFile.ReadResult found = file.read(read);
    if (found == BlockFile.ReadResult.DAMAGED && !damaged.contains(file)) {
      damaged.add(file);
    }
    if (found == BlockFile.ReadResult.WHOLE) {
      engine.blocks().block(slot).copyFrom(read);
    }
    return found == BlockFile.ReadResult.WHOLE;
  }

  /**
   * Has this rank's blocks of a sequence written that are in no file. Their memory must not change
   * until {@link #await} has returned.
   *
   * @param ids tokens of the blocks
   * @param slots slot of each block, from the first one on
   */
  public void save(int[] ids, int[] slots) {
    TokenChain chain = begin.fork();
    for (int block = 0; block < slots.length; block++) {
      BlockFile file = next(chain, ids, block);
      if (owns(block)) {
        int slot = slots[block];
        writing.write(file, () -> copy(slot), damaged.contains(file), Optional.empty());
      }
    }
  }

  private MemorySegment copy(int slot) {
    engine.blocks().block(slot).copyTo(written);
    return written;
  }

  /** Adds a block's tokens to a chain; returns the block's file. */
  private BlockFile next(TokenChain chain, int[] ids, int block) {
    int from = block * shape.blockTokens();
    for (int i = from; i < from + shape.blockTokens(); i++) {
      chain.add(ids[i]);
    }
    return BlockFile.in(folder, chain.name(), shape.blockTokens());
  }

  private boolean owns(int block) {
    return engine.cache().ownership().rankOfBlock(block) == engine.cache().rank();
  }

  /** Waits until all blocks are written, or writing has failed. */
  public void await() {
    writing.await();
  }

  /** Returns the damaged files that this rank has found; their tokens are computed. */
  public List<Path> damaged() {
    return damaged.stream().map(BlockFile::path).toList();
  }

  /** Returns the reason for which blocks were not written; complete after {@link #close}. */
  public Optional<String> failure() {
    return writing.failure();
  }

  @Override
  public void close() {
    writing.close();
  }
}
