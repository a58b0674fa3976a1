package kvasir.engine;

import java.util.List;
import kvasir.attention.MergeTopology;
import kvasir.tensor.Shares;

/**
 * How a model is dealt out over ranks; changes no bit.
 *
 * @param weights of the ranks; empty deals out evenly
 * @param merge how attention states travel
 * @param memoryLimit most bytes that a rank may hold; 0 sets none
 */
public record Distribution(List<Integer> weights, MergeTopology merge, long memoryLimit) {
  /** Even shares, the topology chosen by measurement, no limit. */
  public static final Distribution DEFAULT = new Distribution(List.of(), MergeTopology.AUTO, 0);

  /** Shares of so many ranks. */
  public Shares shares(int ranks) {
    return weights.isEmpty() ? Shares.even(ranks) : new Shares(weights);
  }
}
