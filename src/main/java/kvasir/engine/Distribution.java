package kvasir.engine;

import java.util.List;
import kvasir.attention.MergeTopology;
import kvasir.tensor.Shares;

/**
 * The distribution of a model over ranks. It does not change any bit of the results.
 *
 * @param weights relative share of each rank, in the order of ranks; empty for equal shares
 * @param merge the topology over which attention states are merged
 * @param memoryLimit the largest number of bytes that a rank may hold; 0 for no limit
 */
public record Distribution(List<Integer> weights, MergeTopology merge, long memoryLimit) {
  /** Equal shares, a topology chosen by measurement, and no memory limit. */
  public static final Distribution DEFAULT = new Distribution(List.of(), MergeTopology.AUTO, 0);

  /** Returns the shares of {@code ranks} ranks. */
  public Shares shares(int ranks) {
    return weights.isEmpty() ? Shares.even(ranks) : new Shares(weights);
  }
}
