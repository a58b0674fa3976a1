package kvasir.cli.option;

/** What a launcher does when a rank is lost. */
public enum OnFailure {
  /** The run ends on all ranks. */
  END,
  /** Ranks are started anew on the slots that are left, and go on with the session. */
  REBUILD
}
