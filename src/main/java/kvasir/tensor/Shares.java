package kvasir.tensor;

import java.util.Collections;
import java.util.List;

/**
 * Division of a range into contiguous parts, each in proportion to its weight as nearly as whole
 * elements allow.
 *
 * @param weights weight of each part, at least 1
 */
public record Shares(List<Integer> weights) {
  public Shares {
    weights = List.copyOf(weights);
    if (weights.isEmpty() || weights.stream().anyMatch(w -> w < 1)) {
      throw new IllegalArgumentException("shares " + weights);
    }
  }

  /** Returns shares with equal weights. */
  public static Shares even(int parts) {
    return new Shares(Collections.nCopies(parts, 1));
  }

  /** Returns the number of parts. */
  public int parts() {
    return weights.size();
  }

  /**
   * Returns the first element of a part of a range of {@code n} elements; {@code start(n, parts())}
   * is {@code n}. Parts may be empty.
   */
  public int start(int n, int part) {
    return (int) ((long) n * before(part) / before(parts()));
  }

  /**
   * Returns the first element of each part of a range of {@code n} elements, followed by {@code n}.
   * No part is empty.
   *
   * @throws IllegalArgumentException if {@code n} is less than the number of parts
   */
  public int[] startsOfAtLeastOne(int n) {
    if (n < parts()) {
      throw new IllegalArgumentException(n + " elements for " + parts() + " parts");
    }
    int[] starts = new int[parts() + 1];
    long all = before(parts());
    long sum = 0;
    for (int part = 1; part <= parts(); part++) {
      sum += weights.get(part - 1);
      int nonEmpty = Math.max((int) (n * sum / all), starts[part - 1] + 1);
      starts[part] = Math.min(nonEmpty, n - (parts() - part));
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
