package kvasir.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kvasir.error.UserError;

/** Errors about mapped files that became shorter, or could no longer be read, while in use. */
final class CutFile {
  private CutFile() {}

  /**
   * Returns whether a file has become shorter or has been deleted since it was mapped.
   *
   * @param bytes size of the file when it was mapped
   */
  static boolean isCut(Path file, long bytes) {
    try {
      return Files.size(file) < bytes;
    } catch (IOException e) {
      return true;
    }
  }

  /** Returns the error for a file, or a directory of files, that cannot be read to its end. */
  static UserError error(Path path, Throwable cause) {
    return new UserError(
        path.toString(),
        "was cut or became unreadable while it was read",
        "complete the file, and leave it alone while a run uses it",
        cause);
  }

  /**
   * Returns the error for an access to mapped memory that failed.
   *
   * @param all the model's path, named if no file is known to be cut
   * @param cut the file that became shorter, if it is known
   * @throws InternalError {@code e} itself, if it has another cause
   */
  static UserError unreadable(InternalError e, Path all, Optional<Path> cut) {
    if (!String.valueOf(e.getMessage()).contains("unsafe memory access")) {
      throw e;
    }
    return error(cut.orElse(all), e);
  }
}
