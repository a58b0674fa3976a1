package kvasir.lab.predict;

import kvasir.cluster.Link;

/**
 * What this code reaches of a machine's limits. Counts come from the code; what is here had to be
 * measured.
 *
 * @param weightShare of the read limit, while weights are read
 * @param kvShare of the read limit, while keys and values are read
 * @param linearShare of the multiply limit in linear layers of a prompt
 * @param attentionShare of the multiply limit in attention
 * @param decodeNanos for each float that one thread norms, rotates, merges or copies for a token
 * @param prefillNanos the same in a prompt, whose activations lie beyond the near caches; packing
 *     rows too
 */
public record Calibration(
    double weightShare,
    double kvShare,
    double linearShare,
    double attentionShare,
    double decodeNanos,
    double prefillNanos) {
  /**
   * Shares as {@link CalibrationFit} finds them in the rows of streaming attention of
   * experiments/performance/results, checked on those of experiments/distribution/results: two
   * cores with AVX-512, Qwen3-0.6B's shape, bf16. {@code decodeNanos} is between copying in a near
   * cache and norms of single heads: those rows cannot tell it from nothing. {@code prefillNanos}
   * follows from pp512 of 2 x 1 against 1 x 2 in experiments/distribution/README.md.
   */
  public static final Calibration DEFAULT = new Calibration(0.96, 0.79, 0.59, 0.53, 0.5, 1.2);

  /**
   * Native MPI between two processes of one machine: what an exchange between computations cost
   * beyond one between threads, and the bandwidth at the start; experiments/distribution/README.md.
   */
  static final Link SHARED_MEMORY = new Link(9e-6, 1 / 18.5e9);

  /** The same of MPJ Express over loopback. */
  static final Link MPJ_LOOPBACK = new Link(50e-6, 1 / 0.9e9);

  /** Ranks that are threads: their waiting for each other is in the shares above. */
  static final Link THREADS = new Link(0, 1 / 22.3e9);

  /**
   * What one core reads when others do not: the limit of one thread in
   * experiments/performance/results/kvasir-1-thread.json. Matters where a layer has fewer panels
   * than there are threads.
   */
  static final double CORE_BYTES_PER_SECOND = 15.0e9;

  /** Starting a team: publishing the region, and waking and awaiting each member. Estimated. */
  private static final double REGION_SECONDS = 1e-6;

  private static final double REGION_SECONDS_PER_MEMBER = 0.1e-6;

  /** As this, with other shares of the limits. */
  Calibration withShares(double weight, double kv, double linear, double attention) {
    return new Calibration(weight, kv, linear, attention, decodeNanos, prefillNanos);
  }

  /** Seconds that starting and ending a parallel region takes. */
  static double region(int threads) {
    return threads == 1 ? 0 : REGION_SECONDS + threads * REGION_SECONDS_PER_MEMBER;
  }
}
