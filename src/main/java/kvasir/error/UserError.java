package kvasir.error;

import java.util.regex.Pattern;

/**
 * Something that the user can cause and can mend: a wrong option, a missing or malformed file. The
 * command line prints it as one line and exits with code 2.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MOST_QUOTED = 500;
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

  /**
   * @param where the file, field or option at fault
   * @param what what is wrong with it
   * @param remedy what to do about it
   */
  public UserError(String where, String what, String remedy) {
    super(line(where, what, remedy));
  }

  /** As the other constructor, keeping what led to it for {@code --debug}. */
  public UserError(String where, String what, String remedy, Throwable cause) {
    super(line(where, what, remedy), cause);
  }

  /** The one that another rank raised, by its message. */
  public static UserError of(String message) {
    return new UserError(message);
  }

  private UserError(String message) {
    super(printable(message));
  }

  private static String line(String where, String what, String remedy) {
    String quoted = what.length() > MOST_QUOTED ? what.substring(0, MOST_QUOTED) + "..." : what;
    return printable(where + ": " + quoted + "; " + remedy);
  }

  // Hostile input is quoted in messages: control characters and what turns the direction of text
  // would break the one line, or the terminal, and a name may be as long as its file.
  private static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll(" ");
  }
}
