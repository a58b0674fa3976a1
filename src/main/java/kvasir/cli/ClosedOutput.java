package kvasir.cli;

/** Nobody reads the results any more: the command ends, and says nothing. */
final class ClosedOutput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClosedOutput(Throwable cause) {
    super("standard output is closed", cause);
  }
}
