package kvasir.attention;

import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import kvasir.cache.Ownership;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;

/**
 * Shares of the softmax weight that each KV block received in each head, as means over the decoded
 * tokens. The shares of a head add up to 1. They have the same bits for every layout.
 *
 * @param layers number of layers of the model
 * @param heads number of query heads of a layer
 * @param blocks number of blocks of the sequence
 * @param shares {@code [layers, heads, blocks]}, 0 to 1; not copied
 */
public record BlockShares(int layers, int heads, int blocks, double[] shares) {
  /**
   * Gathers the shares of all ranks' blocks on rank 0. Every rank must call it.
   *
   * @param mass this rank's sums, which must count blocks
   * @param blocks number of blocks of the sequence
   * @return all shares on rank 0; on other ranks the shares of some blocks are 0
   */
  public static BlockShares gather(
      Communicator world, AttentionMass mass, Ownership ownership, int blocks) {
    int perBlock = mass.layers() * mass.heads();
    double[] byRank = new double[Math.multiplyExact(perBlock, blocks)];
    long[] starts = new long[world.size() + 1];
    for (int rank = 0; rank < world.size(); rank++) {
      long bytes = (long) Double.BYTES * perBlock * ownership.ownedBlocks(rank, blocks);
      starts[rank + 1] = starts[rank] + bytes;
    }
    int index = (int) (starts[world.rank()] / Double.BYTES);
    for (int block : blocksOf(ownership, world.rank(), blocks)) {
      for (int head = 0; head < perBlock; head++) {
        byRank[index++] = mass.blockShare(head / mass.heads(), head % mass.heads(), block);
      }
    }
    Collectives.gather(world, MemorySegment.ofArray(byRank), starts);
    return inOrder(byRank, mass, ownership, blocks);
  }

  /** Reorders {@code [rank, block of the rank, layer, head]} to {@code [layer, head, block]}. */
  private static BlockShares inOrder(
      double[] byRank, AttentionMass mass, Ownership ownership, int blocks) {
    int perBlock = mass.layers() * mass.heads();
    double[] shares = new double[byRank.length];
    int index = 0;
    for (int rank = 0; rank < ownership.ranks(); rank++) {
      for (int block : blocksOf(ownership, rank, blocks)) {
        for (int head = 0; head < perBlock; head++) {
          shares[head * blocks + block] = byRank[index++];
        }
      }
    }
    return new BlockShares(mass.layers(), mass.heads(), blocks, shares);
  }

  private static int[] blocksOf(Ownership ownership, int rank, int blocks) {
    return IntStream.range(0, blocks).filter(b -> ownership.rankOfBlock(b) == rank).toArray();
  }

  /** Returns the share of one block in one head of a layer, 0 to 1. */
  public double share(int layer, int head, int block) {
    return shares[(layer * heads + head) * blocks + block];
  }
}
