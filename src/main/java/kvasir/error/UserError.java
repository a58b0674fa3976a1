package kvasir.error;

/**
 * Error that the user can cause and can fix, such as a wrong option or a missing or malformed file.
 * The command line prints it as one line and exits with code 2. Control characters in messages are
 * replaced by blanks, and long quotations are cut.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_QUOTED = 500;

  /**
   * Creates an error without a cause.
   *
   * @param where the file, field or option at fault
   * @param what description of the fault
   * @param remedy advice to the user
   */
  public UserError(String where, String what, String remedy) {
    super(line(where, what, remedy));
  }

  /**
   * Creates an error with a cause, which {@code --debug} shows.
   *
   * @param where the file, field or option at fault
   * @param what description of the fault
   * @param remedy advice to the user
   */
  public UserError(String where, String what, String remedy, Throwable cause) {
    super(line(where, what, remedy), cause);
  }

  /** Returns the error that another rank raised, from its message. */
  public static UserError of(String message) {
    return new UserError(message);
  }

  private UserError(String message) {
    super(PrintableText.message(message));
  }

  private static String line(String where, String what, String remedy) {
    // Messages quote hostile input: a name may be as long as its file.
    String quoted = what.length() > MAX_QUOTED ? what.substring(0, MAX_QUOTED) + "..." : what;
    return PrintableText.message(where + ": " + quoted + "; " + remedy);
  }
}
