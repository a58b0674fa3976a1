package kvasir.engine.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import kvasir.cache.KvBlock;
import kvasir.cache.KvCache;

/**
 * Writes one rank's blocks in a background thread. A full block is copied from the cache there,
 * since it does not change any more; a partial one is copied at once. After the first failure
 * nothing more is written, and the run continues.
 */
final class SnapshotWriter implements AutoCloseable {
  private final Path folder;
  private final KvCache cache;
  private final TokenChain chain;
  private final List<BlockFile> damaged;
  private final BlockWriting writing = new BlockWriting();
  private int length;
  private Optional<PartialBlock> partial;

  /**
   * Creates a writer for a sequence.
   *
   * @param chain the chain before the first token
   * @param damaged files to replace
   * @param partial file of the last block, which is deleted once a newer one has been written
   */
  SnapshotWriter(
      Path folder,
      KvCache cache,
      TokenChain chain,
      List<BlockFile> damaged,
      Optional<PartialBlock> partial) {
    this.folder = folder;
    this.cache = cache;
    this.chain = chain;
    this.damaged = List.copyOf(damaged);
    this.partial = partial;
  }

  /** Skips the first {@code count} tokens, whose blocks are in files already. */
  void skip(int[] ids, int count) {
    for (int i = 0; i < count; i++) {
      chain.add(ids[i]);
    }
    length = count;
  }

  /**
   * Takes {@code count} tokens, from {@code ids[from]} on, that the cache now holds, and has full
   * blocks written.
   */
  void append(int[] ids, int from, int count) {
    for (int i = from; i < from + count; i++) {
      chain.add(ids[i]);
      length++;
      if (length % cache.shape().blockTokens() == 0 && ownsLast()) {
        KvBlock block = cache.block(last());
        write(cache.shape().blockTokens(), () -> copy(block));
      }
    }
  }

  /** Has the last block written if it is not full. */
  void writePartial() {
    int tokens = length % cache.shape().blockTokens();
    if (tokens > 0 && ownsLast()) {
      MemorySegment copy = copy(cache.block(last()));
      partial = Optional.of(new PartialBlock(last(), write(tokens, () -> copy)));
    }
  }

  private MemorySegment copy(KvBlock block) {
    MemorySegment copy = Arena.ofAuto().allocate(cache.shape().blockBytes());
    block.copyTo(copy);
    return copy;
  }

  private int last() {
    return cache.shape().blockOf(length - 1);
  }

  private boolean ownsLast() {
    return cache.owns(last());
  }

  private BlockFile write(int tokens, Supplier<MemorySegment> bytes) {
    BlockFile file = BlockFile.in(folder, chain.name(), tokens);
    Optional<BlockFile> older =
        partial
            .filter(p -> p.block() == last())
            .map(PartialBlock::file)
            .filter(p -> !p.equals(file));
    writing.write(file, bytes, damaged.contains(file), older);
    return file;
  }

  /** Returns the reason for which blocks were not written; empty if there is none. */
  Optional<String> failure() {
    return writing.failure();
  }

  /** Waits until all blocks are written, or writing has failed. */
  @Override
  public void close() {
    writing.close();
  }
}
