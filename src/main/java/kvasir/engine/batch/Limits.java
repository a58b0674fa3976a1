package kvasir.engine.batch;

/**
 * Limits of a scheduler.
 *
 * @param context number of tokens in the longest sequence
 * @param maxSequences largest number of sequences that hold blocks at a time
 * @param maxRows largest number of rows in a step
 * @param chunkRows largest number of rows of one sequence in a step
 * @param stepNanos time of a step that rows of prompts must not exceed, as far as it can be
 *     estimated
 * @param blockBytes bytes of a block, for messages
 * @param sharing whether sequences share blocks of a common beginning
 * @param storing whether blocks are read from files when a sequence begins, and written at its end;
 *     with sharing only
 */
public record Limits(
    int context,
    int maxSequences,
    int maxRows,
    int chunkRows,
    long stepNanos,
    long blockBytes,
    boolean sharing,
    boolean storing) {
  /** Time of a step unless the user sets another: 150 ms. */
  public static final long DEFAULT_STEP_NANOS = 150_000_000;

  public Limits {
    if (context < 1 || maxSequences < 1 || maxRows < 1 || chunkRows < 1 || stepNanos < 1) {
      throw new IllegalArgumentException("a limit is below 1");
    }
    if (storing && !sharing) {
      throw new IllegalArgumentException("blocks in files are shared");
    }
  }

  /** Creates limits of a scheduler whose blocks are in memory only. */
  public Limits(
      int context,
      int maxSequences,
      int maxRows,
      int chunkRows,
      long stepNanos,
      long blockBytes,
      boolean sharing) {
    this(context, maxSequences, maxRows, chunkRows, stepNanos, blockBytes, sharing, false);
  }
}
