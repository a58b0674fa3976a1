package kvasir.cli.option;

/** Action of a launcher after the loss of a rank. */
public enum OnFailure {
  /** End the run on all ranks. */
  END,
  /** Start new ranks on the remaining slots, and continue from the session. */
  REBUILD
}
