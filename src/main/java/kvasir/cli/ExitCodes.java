package kvasir.cli;

/** What the process tells its caller. */
final class ExitCodes {
  static final int DONE = 0;
  static final int CHECK_FAILED = 1;
  static final int USER_ERROR = 2;
  static final int CLUSTER_FAILURE = 3;
  static final int INTERNAL_ERROR = 70;

  /** Of a command that was ended by an interrupt: 128 and the number of SIGINT. */
  static final int INTERRUPTED = 130;

  /** Of a shell's commands, whose output nobody reads any more: 128 and the number of SIGPIPE. */
  static final int CLOSED_OUTPUT = 141;

  private ExitCodes() {}
}
