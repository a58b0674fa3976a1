package kvasir.lab.predict;

import kvasir.cluster.Link;

/**
 * The measured constants of the cost model: the shares of a machine's limits that this code
 * reaches, and the time of serial work. All other numbers of the model are counted from the code.
 *
 * @param weightShare share of the read limit that reading weights reaches
 * @param kvShare share of the read limit that reading keys and values reaches
 * @param linearShare share of the FMA limit that the linear layers of a prompt reach
 * @param attentionShare share of the FMA limit that attention reaches
 * @param decodeNanos nanoseconds for each float that one thread normalises, rotates, merges or
 *     copies in decode
 * @param prefillNanos the same for prefill, whose activations are too large for the first caches;
 *     packing of rows is included
 */
public record Calibration(
    double weightShare,
    double kvShare,
    double linearShare,
    double attentionShare,
    double decodeNanos,
    double prefillNanos) {
  /**
   * The default calibration: two cores with AVX-512, Qwen3-0.6B's shape, bf16. {@link
   * CalibrationFit} has found the shares from the rows of streaming attention in
   * experiments/performance/results; they were checked on those of
   * experiments/distribution/results. {@code decodeNanos} is a value between that of copying in a
   * near cache and that of norms of single heads, since its effect in those rows is too small to
   * measure. {@code prefillNanos} follows from pp512 of 2 x 1 against 1 x 2 in
   * experiments/distribution/README.md.
   */
  public static final Calibration DEFAULT = new Calibration(0.96, 0.79, 0.59, 0.53, 0.5, 1.2);

  /**
   * The link of native MPI between two processes of one machine. The latency is that of an exchange
   * between computations, less that of an exchange between threads; the bandwidth is the one
   * measured at the start (experiments/distribution/README.md).
   */
  static final Link SHARED_MEMORY = new Link(9e-6, 1 / 18.5e9);

  /** The link of MPJ Express over loopback, measured like {@link #SHARED_MEMORY}. */
  static final Link MPJ_LOOPBACK = new Link(50e-6, 1 / 0.9e9);

  /**
   * The link between ranks that are threads of one process. Their latency is 0, since the shares
   * above include their waiting for each other.
   */
  static final Link THREADS = new Link(0, 1 / 22.3e9);

  /**
   * The read limit of one core while others are idle, from
   * experiments/performance/results/kvasir-1-thread.json. It matters if a layer has fewer panels
   * than there are threads.
   */
  static final double CORE_BYTES_PER_SECOND = 15.0e9;

  /**
   * Estimated time to start a parallel region of the calling thread alone. {@link #region} adds the
   * time to wake each other member and to wait for it.
   */
  private static final double REGION_SECONDS = 1e-6;

  private static final double REGION_SECONDS_PER_MEMBER = 0.1e-6;

  /** Returns a copy of this calibration with other shares of the limits. */
  Calibration withShares(double weight, double kv, double linear, double attention) {
    return new Calibration(weight, kv, linear, attention, decodeNanos, prefillNanos);
  }

  /** Returns the time to start and end a parallel region, in seconds. */
  static double region(int threads) {
    return threads == 1 ? 0 : REGION_SECONDS + threads * REGION_SECONDS_PER_MEMBER;
  }
}
