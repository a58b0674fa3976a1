package kvasir.attention;

import kvasir.attention.MergePlan.Subtree;
import kvasir.cache.CacheShape;
import kvasir.cache.KvCache;
import kvasir.kernel.Kernels;

/**
 * Partial states of one query tile over one of the rank's subtrees, merged inside the subtree in
 * the order of the canonical tree. Each member of a team has one. Not thread-safe.
 */
final class TilePartials {
  private final AttentionShape shape;
  private final AttentionKind kind;
  private final Kernels kernels;
  private final MergePlan plan;
  private final CacheShape cacheShape;
  private final ShardAttention shardAttention;
  private final QueryTile tile;
  private final BlockWalk walk;
  private int layer;
  private int kvHead;

  /**
   * Creates the working memory of one member.
   *
   * @param maxRows largest number of rows of a tile
   */
  TilePartials(
      AttentionShape shape,
      AttentionKind kind,
      Kernels kernels,
      MergePlan plan,
      CacheShape cacheShape,
      int maxRows) {
    this.shape = shape;
    this.kind = kind;
    this.kernels = kernels;
    this.plan = plan;
    this.cacheShape = cacheShape;
    this.shardAttention = kind.create(shape, kernels);
    this.tile = new QueryTile(shape, kernels, maxRows, cacheShape.shards());
    this.walk = new BlockWalk(shape, kernels, tile);
  }

  /**
   * Computes the states of a tile; those of rows that see no block of the subtree are empty.
   *
   * @param q queries of the batch, {@code [tokens, heads, head_dim]}
   * @return states that begin with {@code [rows of the tile, state]}, valid until the next call
   */
  float[] compute(TileList list, int index, float[] q, int layer, int kvHead, Subtree piece) {
    this.layer = layer;
    this.kvHead = kvHead;
    int first = list.firstSegment(index);
    int end = list.endSegment(index);
    int rows = list.rows(first, end) * shape.group();
    int seen = blocks(list, first, end);
    if (plan.empty(piece.position(), seen)) {
      Kernels.clearStates(tile.states(0), 0, rows, shape.headDim());
      return tile.states(0);
    }
    if (end - first > 1 || (piece.span() > 1 && kind.walks(rows))) {
      float[] shards = walk.attend(list, index, q, layer, kvHead, piece);
      fold(shards, rows, seen, piece.position(), 0, piece.span());
      return shards;
    }
    tile.clear();
    tile.gather(q, kvHead, list.from(first), list.to(first), list.lastPosition(first));
    tile.ready();
    partial(list.span(first).cache(), seen, piece.position(), piece.span(), 0);
    return tile.states(0);
  }

  /** Returns the number of blocks that the rows of some segments see. */
  private int blocks(TileList list, int first, int end) {
    int last = 0;
    for (int segment = first; segment < end; segment++) {
      last = Math.max(last, list.lastPosition(segment));
    }
    return cacheShape.blocks(last + 1);
  }

  /**
   * Merges the states of {@code span} shards, from index {@code first} on, into the first one.
   *
   * @param shards states {@code [shards, rows, state]}
   * @param seen number of blocks that the rows see
   */
  private void fold(float[] shards, int rows, int seen, int position, int first, int span) {
    int half = span / 2;
    if (half > 0) {
      fold(shards, rows, seen, position, first, half);
      if (!plan.empty(position + first + half, seen)) {
        fold(shards, rows, seen, position, first + half, half);
        int floats = rows * shape.stateSize();
        for (int row = 0; row < floats; row += shape.stateSize()) {
          kernels.merge(
              shards, first * floats + row, shards, (first + half) * floats + row, shape.headDim());
        }
      }
    }
  }

  /**
   * Computes the states of a subtree at a depth, merging children in the order of the canonical
   * tree.
   *
   * @param seen number of blocks that the rows see
   */
  private void partial(KvCache cache, int seen, int position, int span, int depth) {
    float[] target = tile.states(depth);
    if (span == 1) {
      int shard = plan.ownership().shardAt(position);
      shardAttention.attend(cache, layer, kvHead, shard, tile, target, 0);
      return;
    }
    int half = span / 2;
    partial(cache, seen, position, half, depth);
    // The state of a subtree that no row sees is the identity, bit for bit.
    if (!plan.empty(position + half, seen)) {
      partial(cache, seen, position + half, half, depth + 1);
      float[] right = tile.states(depth + 1);
      int floats = tile.rows().rows() * shape.stateSize();
      for (int row = 0; row < floats; row += shape.stateSize()) {
        kernels.merge(target, row, right, row, shape.headDim());
      }
    }
  }
}
