package kvasir.engine;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.AttentionMass;
import kvasir.cluster.Collectives;
import kvasir.cluster.Communicator;

/**
 * The share of each rank's keys in the softmax weight of each head.
 *
 * @param heads number of heads of all layers together
 * @param shares {@code [ranks, heads]}
 */
public record HeadShares(int heads, double[] shares) {
  /** Gathers the shares of all ranks. All ranks call it; rank 0 gets the shares. */
  public static HeadShares gather(Communicator world, AttentionMass mass) {
    long[] own = Arrays.stream(mass.headShares()).mapToLong(Double::doubleToRawLongBits).toArray();
    long[] all = Collectives.gather(world, own);
    return new HeadShares(
        own.length, Arrays.stream(all).mapToDouble(Double::longBitsToDouble).toArray());
  }

  /** Returns the share of a rank's keys in the softmax weight of a head. */
  public double share(int rank, int head) {
    return shares[rank * heads + head];
  }

  /** Returns the head that gives the largest share of its weight to the keys of some ranks. */
  public int mostOn(List<Integer> ranks) {
    return IntStream.range(0, heads)
        .boxed()
        .max((a, b) -> Double.compare(on(ranks, a), on(ranks, b)))
        .orElseThrow();
  }

  private double on(List<Integer> ranks, int head) {
    return ranks.stream().mapToDouble(rank -> share(rank, head)).sum();
  }
}
