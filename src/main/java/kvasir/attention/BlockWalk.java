package kvasir.attention;

import kvasir.attention.MergePlan.Subtree;
import kvasir.cache.KvCache;
import kvasir.cache.Ownership;
import kvasir.kernel.BlockRun;
import kvasir.kernel.Kernels;

/**
 * Attention of a tile over the blocks of a subtree in one pass, in the order of memory, with the
 * states of all shards at hand. It suits few rows, whose states fit the first-level cache while
 * keys and values come from memory, and rows of several sequences with common first blocks: those
 * are read once for all rows, then each sequence goes on alone. A row's arithmetic depends neither
 * on the other rows nor on the order of shards, so the bits are those of {@link
 * StreamingAttention}. Not thread-safe.
 */
final class BlockWalk {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final QueryTile tile;
  private final BlockRun run = new BlockRun();

  // The current walk.
  private TileList list;
  private float[] queries;
  private int layer;
  private int kvHead;
  private Subtree piece;
  private int rows;
  private float[] states;

  /** Creates a walk that gathers its rows into a tile. */
  BlockWalk(AttentionShape shape, Kernels kernels, QueryTile tile) {
    this.shape = shape;
    this.kernels = kernels;
    this.tile = tile;
  }

  /**
   * Computes the states of a tile of the list.
   *
   * @param q queries of the batch, {@code [tokens, heads, head_dim]}
   * @return states {@code [shards of the piece, rows of the tile, state]}, the tile's memory
   */
  float[] attend(TileList list, int index, float[] q, int layer, int kvHead, Subtree piece) {
    this.list = list;
    this.queries = q;
    this.layer = layer;
    this.kvHead = kvHead;
    this.piece = piece;
    int first = list.firstSegment(index);
    int end = list.endSegment(index);
    rows = list.rows(first, end) * shape.group();
    states = tile.shardStates(piece.span(), rows);
    Kernels.clearStates(states, 0, piece.span() * rows, shape.headDim());
    descend(first, end, 0, 0);
    return states;
  }

  /**
   * Goes on with segments that share all blocks before {@code from}: first over the blocks that
   * they share beyond, then in groups that share more.
   *
   * @param firstRow the first segment's first row in the tile
   */
  private void descend(int first, int end, int from, int firstRow) {
    int to = common(first, end);
    if (from < to) {
      gather(first, end);
      attend(list.span(first).cache(), from, to, firstRow);
    }
    if (end - first == 1) {
      return;
    }
    int row = firstRow;
    int group = first;
    for (int segment = first + 1; segment <= end; segment++) {
      if (segment == end || list.common(segment) == to) {
        descend(group, segment, to, row);
        row += list.rows(group, segment) * shape.group();
        group = segment;
      }
    }
  }

  /** Returns the number of first blocks that all of these segments have; all that one sees. */
  private int common(int first, int end) {
    if (end - first == 1) {
      return list.span(first).cache().shape().blocks(list.lastPosition(first) + 1);
    }
    int common = Integer.MAX_VALUE;
    for (int segment = first + 1; segment < end; segment++) {
      common = Math.min(common, list.common(segment));
    }
    return common;
  }

  private void gather(int first, int end) {
    tile.clear();
    for (int segment = first; segment < end; segment++) {
      tile.gather(
          queries, kvHead, list.from(segment), list.to(segment), list.lastPosition(segment));
    }
    tile.ready();
  }

  private void attend(KvCache cache, int from, int to, int firstRow) {
    Ownership ownership = cache.ownership();
    int size = cache.shape().blockTokens();
    int most = tile.rows().tiled() ? 1 : blocksAtOnce(size);
    for (int block = from; block < to; block++) {
      int shard = ownership.positionOfBlock(block) - piece.position();
      if (shard < 0 || shard >= piece.span()) {
        continue;
      }
      tile.see(run.size(), block * size, size);
      run.add(
          cache.keys(layer, kvHead, block),
          cache.values(layer, kvHead, block),
          (shard * rows + firstRow) * shape.stateSize());
      if (run.size() == most) {
        flush();
      }
    }
    flush();
  }

  /**
   * Returns the number of blocks that few rows take at a time. Neighbouring blocks are of different
   * shards, so each has its own states.
   */
  private int blocksAtOnce(int blockTokens) {
    return Math.min(BlockRun.blocks(blockTokens), piece.span());
  }

  private void flush() {
    if (run.size() > 0) {
      kernels.attendBlocks(run, tile.rows(), states);
    }
    run.clear();
  }
}
