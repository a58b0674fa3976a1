package kvasir.attention;

import java.util.concurrent.atomic.AtomicInteger;
import kvasir.cache.Batch;
import kvasir.cache.KvCache;
import kvasir.kernel.Kernels;
import kvasir.team.Team;

/**
 * Second pass over a rank's own blocks, which computes the share of the softmax weight that each
 * block received from one decoded token. It is for statistics only and changes no result of
 * attention. A block's share has the same bits for every layout.
 *
 * <p>Not thread-safe; it drives the team itself.
 */
final class BlockMassPass {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final Team team;
  private final AttentionMass mass;
  private final QueryTile[] tiles;
  private final AtomicInteger nextTask = new AtomicInteger();
  private final Team.Body body = this::countTasks;

  // The current token, set by count() for the team.
  private int layer;
  private KvCache cache;
  private int position;
  private int blocks;
  private float[] queries;
  private SubtreeStates states;

  BlockMassPass(AttentionShape shape, Kernels kernels, Team team, AttentionMass mass) {
    this.shape = shape;
    this.kernels = kernels;
    this.team = team;
    this.mass = mass;
    this.tiles = new QueryTile[team.size()];
    for (int member = 0; member < tiles.length; member++) {
      tiles[member] = new QueryTile(shape, kernels, shape.group(), 1);
    }
  }

  /**
   * Adds the shares of one token.
   *
   * @param token span of the token, the last one in its cache
   * @param q queries, {@code [heads, head_dim]}
   * @param merged states that hold the merged states of all heads at position 0
   */
  void count(int layer, Batch.Span token, float[] q, SubtreeStates merged) {
    this.layer = layer;
    this.cache = token.cache();
    this.position = token.first();
    this.blocks = cache.shape().blocks(token.end());
    this.queries = q;
    this.states = merged;
    nextTask.set(0);
    mass.addDecoded(layer);
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
    tile.gather(queries, kvHead, 0, 1, position);
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
      // Rows of a single token are in the order of heads.
      int head = kvHead * shape.group() + i;
      int offset = i * shape.stateSize();
      int whole = states.offset(0, head);
      float[] total = states.of(0);
      double share =
          AttentionMass.share(
              blockStates[offset], blockStates[offset + 1], total[whole], total[whole + 1]);
      mass.addBlock(layer, head, block, share);
    }
  }
}
