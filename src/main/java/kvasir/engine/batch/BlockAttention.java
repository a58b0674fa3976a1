package kvasir.engine.batch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kvasir.attention.RowMass;
import kvasir.cache.Ownership;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;

/**
 * Attention of the rows that chose a sequence's tokens, by KV block: the softmax weight that each
 * block received, as the mean over heads and layers. It has the same bits for every layout.
 *
 * @param blockTokens number of tokens in a block
 * @param tokens number of tokens that were chosen
 * @param ranks rank of each block; not copied
 * @param sums weight of each block, summed over the tokens; not copied
 */
public record BlockAttention(int blockTokens, int tokens, int[] ranks, double[] sums) {
  /**
   * Gathers the attention of rows on rank 0. All ranks call it, with their own sums.
   *
   * @param rows rows that choose one token each
   * @return attention of each row on rank 0, an empty list elsewhere
   */
  static List<BlockAttention> gather(
      Communicator world, Ownership ownership, int blockTokens, List<RowMass> rows) {
    long[] starts = new long[world.size() + 1];
    for (int rank = 0; rank < world.size(); rank++) {
      int blocks = 0;
      for (RowMass row : rows) {
        blocks += ownership.ownedBlocks(rank, row.blocks());
      }
      starts[rank + 1] = starts[rank] + (long) Double.BYTES * blocks;
    }
    double[] byRank = new double[Math.toIntExact(starts[world.size()] / Double.BYTES)];
    int index = (int) (starts[world.rank()] / Double.BYTES);
    for (RowMass row : rows) {
      for (int block = 0; block < row.blocks(); block++) {
        if (ownership.rankOfBlock(block) == world.rank()) {
          byRank[index++] = row.share(block);
        }
      }
    }
    Collectives.gather(world, MemorySegment.ofArray(byRank), starts);
    return world.rank() == 0 ? inOrder(byRank, ownership, blockTokens, rows) : List.of();
  }

  /** Reorders {@code [rank, row, block of the rank]} to {@code [row, block]}. */
  private static List<BlockAttention> inOrder(
      double[] byRank, Ownership ownership, int blockTokens, List<RowMass> rows) {
    List<BlockAttention> all = new ArrayList<>();
    for (RowMass row : rows) {
      int[] ranks = new int[row.blocks()];
      Arrays.setAll(ranks, ownership::rankOfBlock);
      all.add(new BlockAttention(blockTokens, 1, ranks, new double[row.blocks()]));
    }
    int index = 0;
    for (int rank = 0; rank < ownership.ranks(); rank++) {
      for (BlockAttention row : all) {
        for (int block = 0; block < row.ranks().length; block++) {
          if (row.ranks()[block] == rank) {
            row.sums()[block] = byRank[index++];
          }
        }
      }
    }
    return all;
  }

  /** Returns the attention of these tokens and of later ones of the same sequence together. */
  public BlockAttention plus(BlockAttention later) {
    double[] both = Arrays.copyOf(later.sums, later.sums.length);
    for (int block = 0; block < sums.length; block++) {
      both[block] += sums[block];
    }
    return new BlockAttention(blockTokens, tokens + later.tokens, later.ranks, both);
  }

  /** Returns the share of a block as the mean over the tokens; all shares add up to 1. */
  public double share(int block) {
    return sums[block] / tokens;
  }
}
