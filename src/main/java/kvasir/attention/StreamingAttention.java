package kvasir.attention;

import kvasir.cache.KvCache;
import kvasir.kernel.BlockRun;
import kvasir.kernel.Kernels;

/**
 * Attention by online softmax, in one pass over the blocks. It holds the scores of one query tile
 * over a few KV blocks at a time, so memory does not grow with the context. Blocks that no row sees
 * are skipped. A row's arithmetic does not depend on the other rows of its tile, so prefill gives
 * the same bits as decode.
 */
final class StreamingAttention implements ShardAttention {
  private final AttentionShape shape;
  private final Kernels kernels;
  private final BlockRun run = new BlockRun();

  StreamingAttention(AttentionShape shape, Kernels kernels) {
    this.shape = shape;
    this.kernels = kernels;
  }

  @Override
  public void attend(
      KvCache cache, int layer, int kvHead, int shard, QueryTile tile, float[] states, int offset) {
    Kernels.clearStates(states, offset, tile.rows().rows(), shape.headDim());
    int size = cache.shape().blockTokens();
    int blocks = cache.shape().blocks(tile.lastPosition() + 1);
    int most = tile.rows().tiled() ? BlockRun.blocks(size) : 1;
    for (int block = shard; block < blocks; block += cache.shape().shards()) {
      tile.see(run.size(), block * size, Math.min(size, cache.tokens() - block * size));
      run.add(cache.keys(layer, kvHead, block), cache.values(layer, kvHead, block), offset);
      if (run.size() == most || block + cache.shape().shards() >= blocks) {
        kernels.attendBlocks(run, tile.rows(), states);
        run.clear();
      }
    }
  }
}
