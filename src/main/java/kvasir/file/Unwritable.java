package kvasir.file;

import java.io.IOException;
import kvasir.error.UserError;

/** What a user reads of a file that cannot be written. */
public final class Unwritable {
  private Unwritable() {}

  /**
   * The reason in words, and what to do about it.
   *
   * @param where the file, or what else is written to
   */
  public static UserError of(String where, IOException e) {
    String reason = IoReason.of(e);
    boolean full = reason.contains("space") || reason.contains("quota");
    return new UserError(
        where,
        "cannot be written: " + reason,
        (full ? "free some space" : "mend that") + ", or write somewhere else",
        e);
  }
}
