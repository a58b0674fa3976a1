package kvasir.error;

/** Exit codes of the program. */
public final class ExitCodes {
  public static final int DONE = 0;
  public static final int CHECK_FAILED = 1;
  public static final int USER_ERROR = 2;
  public static final int CLUSTER_FAILURE = 3;
  public static final int INTERNAL_ERROR = 70;

  /** Exit code of a command that the user interrupted: 128 and the number of SIGINT. */
  public static final int INTERRUPTED = 130;

  /**
   * Exit code if nobody reads the output any more: 128 and the number of SIGPIPE, as for other
   * commands of a shell.
   */
  public static final int CLOSED_OUTPUT = 141;

  private ExitCodes() {}
}
