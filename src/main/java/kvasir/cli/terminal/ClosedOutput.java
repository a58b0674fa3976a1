package kvasir.cli.terminal;

/**
 * Exception thrown if nobody reads the results any more. The command then ends without a message.
 */
public final class ClosedOutput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClosedOutput(Throwable cause) {
    super("standard output is closed", cause);
  }
}
