package kvasir.file;

import java.io.IOException;
import kvasir.error.UserError;

/** Error shown when a file cannot be read. */
public final class Unreadable {
  private Unreadable() {}

  /**
   * Returns the error with the reason in words.
   *
   * @param where name of the file in messages
   */
  public static UserError of(String where, IOException e) {
    return new UserError(
        where, "cannot be read: " + IoReason.of(e), "check it and its permissions", e);
  }
}
