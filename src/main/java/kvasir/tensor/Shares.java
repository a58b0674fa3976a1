package kvasir.tensor;

import java.util.Collections;
import java.util.List;

/**
 * How a range is dealt out: each part gets a contiguous run in proportion to its weight, as near as
 * whole elements allow.
 *
 * @param weights of the parts, 1 or more each
 */
public record Shares(List<Integer> weights) {
  public Shares {
    weights = List.copyOf(weights);
    if (weights.isEmpty() || weights.stream().anyMatch(w -> w < 1)) {
      throw new IllegalArgumentException("shares " + weights);
    }
  }

  /** The same for each part. */
  public static Shares even(int parts) {
    return new Shares(Collections.nCopies(parts, 1));
  }

  public int parts() {
    return weights.size();
  }

  /** Where a part of n elements begins; {@code start(n, parts)} is n. Parts may be empty. */
  public int start(int n, int part) {
    return (int) ((long) n * before(part) / before(parts()));
  }

  /** Where each part of n elements begins, and n; no part is empty, so n is at least the parts. */
  public int[] startsOfAtLeastOne(int n) {
    if (n < parts()) {
      throw new IllegalArgumentException(n + " elements for " + parts() + " parts");
    }
    int[] starts = new int[parts() + 1];
    long all = before(parts());
    long sum = 0;
    for (int part = 1; part <= parts(); part++) {
      sum += weights.get(part - 1);
      int least = Math.max((int) (n * sum / all), starts[part - 1] + 1);
      starts[part] = Math.min(least, n - (parts() - part));
    }
    return starts;
  }

  private long before(int part) {
    long sum = 0;
    for (int i = 0; i < part; i++) {
      sum += weights.get(i);
    }
    return sum;
  }
}
