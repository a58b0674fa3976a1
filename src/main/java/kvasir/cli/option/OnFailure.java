package kvasir.cli.option;

/** Action of a launcher after the loss of a rank. */
public enum OnFailure {
  /** The run ends on all ranks. */
  END,
  /** Ranks are started anew on the slots that are left, and go on with the session. */
  REBUILD
}
