package kvasir.file;

import java.io.IOException;
import kvasir.error.UserError;

/** Error shown when a file cannot be written. */
public final class Unwritable {
  private Unwritable() {}

  /**
   * Returns the error with the reason in words.
   *
   * @param where name of the file in messages
   */
  public static UserError of(String where, IOException e) {
    String reason = IoReason.of(e);
    boolean full = reason.contains("space") || reason.contains("quota");
    return new UserError(
        where,
        "cannot be written: " + reason,
        (full ? "free some space" : "fix that") + ", or write somewhere else",
        e);
  }
}
