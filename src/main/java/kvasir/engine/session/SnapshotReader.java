package kvasir.engine.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kvasir.cache.KvCache;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;

/** Reads blocks of earlier runs into one rank's cache, whichever ranks wrote them. */
final class SnapshotReader {
  private final Path folder;
  private final KvCache cache;
  private final MemorySegment bytes;
  private final List<BlockFile> damaged = new ArrayList<>();
  private Optional<PartialBlock> partial = Optional.empty();

  SnapshotReader(Path folder, KvCache cache) {
    this.folder = folder;
    this.cache = cache;
    this.bytes = Arena.ofAuto().allocate(cache.shape().blockBytes());
  }

  /**
   * Fills an empty cache with the first tokens of a sequence, as far as all ranks have found their
   * blocks. Every rank calls it. The last token is always left out, since its logits are needed.
   *
   * @param start the chain before the first token
   * @return the number of tokens that were restored
   */
  int restore(TokenChain start, int[] ids, Communicator world) {
    cache.extend(ids.length);
    long[] found = Collectives.allGather(world, new long[] {read(start.fork(), ids)});
    int all = (int) Arrays.stream(found).min().orElseThrow();
    int restored = Math.min(all, ids.length - 1);
    cache.truncate(restored);
    return restored;
  }

  /** Returns the files that were found damaged. */
  List<BlockFile> damaged() {
    return damaged;
  }

  /** Returns the partial block that was found last, damaged or not. */
  Optional<PartialBlock> partial() {
    return partial;
  }

  /**
   * Reads this rank's blocks; returns the number of tokens before the first one that is missing.
   */
  private int read(TokenChain chain, int[] ids) {
    int blockTokens = cache.shape().blockTokens();
    for (int block = 0; block < cache.shape().blocks(ids.length); block++) {
      int from = block * blockTokens;
      int count = Math.min(blockTokens, ids.length - from);
      int found = cache.owns(block) ? read(chain.fork(), ids, block, count) : count;
      if (found < count) {
        return from + found;
      }
      for (int i = from; i < from + count; i++) {
        chain.add(ids[i]);
      }
    }
    return ids.length;
  }

  /**
   * Reads the undamaged file that holds most of the first {@code count} tokens of a block; returns
   * the number of its tokens, 0 if there is no such file.
   */
  private int read(TokenChain chain, int[] ids, int block, int count) {
    int from = block * cache.shape().blockTokens();
    List<BlockFile> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chain.add(ids[from + i]);
      candidates.add(BlockFile.in(folder, chain.name(), i + 1));
    }
    for (BlockFile file : candidates.reversed()) {
      BlockFile.ReadResult found = file.read(bytes);
      if (found == BlockFile.ReadResult.NOTHING) {
        continue;
      }
      if (file.tokens() < cache.shape().blockTokens()) {
        partial = Optional.of(new PartialBlock(block, file));
      }
      if (found == BlockFile.ReadResult.WHOLE) {
        cache.block(block).copyFrom(bytes);
        return file.tokens();
      }
      damaged.add(file);
    }
    return 0;
  }
}
