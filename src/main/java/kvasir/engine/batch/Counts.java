package kvasir.engine.batch;

/**
 * Counts of a scheduler since its start.
 *
 * @param running number of sequences that hold blocks now
 * @param waiting number of sequences that wait to begin or to be resumed now
 * @param promptRows rows of prompts that were computed for the first time
 * @param outputTokens tokens that were chosen
 * @param recomputedRows rows that were computed again after a preemption
 * @param hitTokens tokens of prompts that were found computed when their sequence first began
 * @param preemptions number of times that a sequence lost its blocks before its end
 */
public record Counts(
    int running,
    int waiting,
    long promptRows,
    long outputTokens,
    long recomputedRows,
    long hitTokens,
    long preemptions) {
  /** Counts before the first sequence. */
  public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0);

  /** Returns the sums with the counts of a scheduler that has followed this one. */
  public Counts and(Counts next) {
    return new Counts(
        next.running,
        next.waiting,
        promptRows + next.promptRows,
        outputTokens + next.outputTokens,
        recomputedRows + next.recomputedRows,
        hitTokens + next.hitTokens,
        preemptions + next.preemptions);
  }

  /** Returns these counts with further tokens that were chosen. */
  Counts withOutput(long tokens) {
    return new Counts(
        running,
        waiting,
        promptRows,
        outputTokens + tokens,
        recomputedRows,
        hitTokens,
        preemptions);
  }
}
