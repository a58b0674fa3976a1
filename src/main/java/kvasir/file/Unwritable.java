package kvasir.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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
    String reason = reason(e);
    boolean full = reason.contains("space") || reason.contains("quota");
    return new UserError(
        where,
        "cannot be written: " + reason,
        (full ? "free some space" : "mend that") + ", or write somewhere else",
        e);
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException gone -> "no such directory";
      case AccessDeniedException denied -> "permission denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
