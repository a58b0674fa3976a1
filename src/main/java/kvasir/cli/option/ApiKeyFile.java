package kvasir.cli.option;

import java.nio.file.Path;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.TextFile;

/** Reader of files with a server's key, a single word. */
public final class ApiKeyFile {
  private static final int MAX_BYTES = 4096;

  private ApiKeyFile() {}

  /**
   * Returns the key in a file.
   *
   * @param file the file; null for none
   * @throws UserError if it cannot be read, or holds something else
   */
  public static Optional<String> read(Path file) {
    if (file == null) {
      return Optional.empty();
    }
    String where = "--api-key-file " + file;
    String key = TextFile.read(file, where, MAX_BYTES, "give a file of one line").strip();
    if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new UserError(
          where, "is empty, or has other characters than a key", "write one word into it");
    }
    return Optional.of(key);
  }
}
