package kvasir.cli.terminal;

/** Nobody reads the results any more: the command ends, and says nothing. */
public final class ClosedOutput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClosedOutput(Throwable cause) {
    super("standard output is closed", cause);
  }
}
