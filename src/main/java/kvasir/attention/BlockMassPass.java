package kvasir.attention;

import java.util.concurrent.atomic.AtomicInteger;
import kvasir.cache.Batch;
import kvasir.cache.KvCache;
import kvasir.kernel.Kernels;
import kvasir.team.Team;

/**
 * Second pass over a rank's own blocks, which computes the share of the softmax weight that each
 * block received from one row. It is for statistics only and changes no result of attention. A
 * block's share has the same bits for every layout.
 *
 * <p>Not thread-safe; it drives the team itself.
 */
final class BlockMassPass {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final Team team;
  private final QueryTile[] tiles;
  private final AtomicInteger nextTask = new AtomicInteger();
  private final Team.Body body = this::countTasks;

  // The current row, set by count() for the team.
  private int layer;
  private Sums sums;
  private int row;
  private int rows;
  private KvCache cache;
  private int position;
  private int blocks;
  private float[] queries;
  private SubtreeStates states;

  /** Receiver of shares. Threads add to different heads or blocks at once. */
  @FunctionalInterface
  interface Sums {
    /** Adds the share of the row's weight that a block received, 0 to 1. */
    void add(int head, int block, double share);
  }

  BlockMassPass(AttentionShape shape, Kernels kernels, Team team) {
    this.shape = shape;
    this.kernels = kernels;
    this.team = team;
    this.tiles = new QueryTile[team.size()];
    for (int member = 0; member < tiles.length; member++) {
      tiles[member] = new QueryTile(shape, kernels, shape.group(), 1);
    }
  }

  /**
   * Adds the shares of one row of a batch.
   *
   * @param q queries of the batch, {@code [rows, heads, head_dim]}
   * @param merged states that hold the merged states of the batch at position 0
   */
  void count(int layer, Batch batch, int row, float[] q, SubtreeStates merged, Sums sums) {
    this.layer = layer;
    this.sums = sums;
    this.row = row;
    this.rows = batch.rows();
    this.cache = batch.cache(row);
    this.position = batch.position(row);
    this.blocks = cache.shape().blocks(position + 1);
    this.queries = q;
    this.states = merged;
    nextTask.set(0);
    team.run(body);
  }

  private void countTasks(int member, int members) {
    int tasks = shape.kvHeads() * blocks;
    for (int task = nextTask.getAndIncrement(); task < tasks; task = nextTask.getAndIncrement()) {
      int block = task % blocks;
      if (cache.owns(block)) {
        count(tiles[member], task / blocks, block);
      }
    }
  }

  private void count(QueryTile tile, int kvHead, int block) {
    int size = cache.shape().blockTokens();
    float[] blockStates = tile.states(0);
    tile.clear();
    tile.gather(queries, kvHead, row, row + 1, position);
    tile.ready();
    tile.see(block * size, Math.min(size, position + 1 - block * size));
    Kernels.clearStates(blockStates, 0, shape.group(), shape.headDim());
    kernels.attendBlock(
        cache.keys(layer, kvHead, block),
        cache.values(layer, kvHead, block),
        tile.rows(),
        blockStates,
        0);
    for (int i = 0; i < shape.group(); i++) {
      int head = kvHead * shape.group() + i;
      int offset = i * shape.stateSize();
      int whole = states.offset(0, (kvHead * rows + row) * shape.group() + i);
      float[] total = states.of(0);
      double share =
          AttentionMass.share(
              blockStates[offset], blockStates[offset + 1], total[whole], total[whole + 1]);
      sums.add(head, block, share);
    }
  }
}
