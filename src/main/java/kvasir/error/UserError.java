package kvasir.error;

/**
 * Something that the user can cause and can mend: a wrong option, a missing or malformed file. The
 * command line prints it as one line and exits with code 2.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param where the file, field or option at fault
   * @param what what is wrong with it
   * @param remedy what to do about it
   */
  public UserError(String where, String what, String remedy) {
    super(oneLine(where + ": " + what + "; " + remedy));
  }

  /** As the other constructor, keeping what led to it for {@code --debug}. */
  public UserError(String where, String what, String remedy, Throwable cause) {
    super(oneLine(where + ": " + what + "; " + remedy), cause);
  }

  /** The one that another rank raised, by its message. */
  public static UserError of(String message) {
    return new UserError(message);
  }

  private UserError(String message) {
    super(oneLine(message));
  }

  // Hostile input is quoted in messages: control characters would break the one line, or the
  // terminal.
  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }
}
