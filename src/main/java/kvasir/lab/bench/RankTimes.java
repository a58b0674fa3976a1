package kvasir.lab.bench;

/**
 * The time of one rank by cause, in milliseconds per token. All causes except {@code jit} add up to
 * the time of a step; {@code jit} is the time of compiler threads, which run beside it.
 *
 * @param compute computing, as the mean over the team's members
 * @param idle waiting for other members and for serial code, as the mean over the team's members
 * @param pack copying between activations and messages
 * @param merge merging attention states
 * @param transfer transfer in exchanges: the time of the rank that came last to each
 * @param waiting waiting in exchanges for the rank that came last
 * @param gc garbage collection, subtracted from {@code compute}
 */
public record RankTimes(
    int rank,
    double compute,
    double idle,
    double pack,
    double merge,
    double transfer,
    double waiting,
    double gc,
    double jit) {

  /** Returns the time of the whole step. */
  public double total() {
    return compute + idle + pack + merge + transfer + waiting + gc;
  }
}
