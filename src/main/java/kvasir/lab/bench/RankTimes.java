package kvasir.lab.bench;

/**
 * Where one rank's time went, in milliseconds per token. All but {@code jit} add up to the step:
 * {@code jit} is time of compiler threads beside it.
 *
 * @param compute mean over the team's members of the time that each worked
 * @param idle mean over the team's members of waiting for each other, and for serial code
 * @param pack copying between activations and messages
 * @param merge merging states of attention
 * @param transfer in exchanges, as long as the rank that came last to each was in it
 * @param waiting in exchanges, for the rank that came last
 * @param gc collections, taken from {@code compute}
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

  /** The whole step. */
  public double total() {
    return compute + idle + pack + merge + transfer + waiting + gc;
  }
}
