package kvasir.cli.option;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;

/**
 * Check that the arguments of this process could be decoded. A shell passes bytes, and only the
 * locale says which characters they are.
 */
public final class ArgumentBytes {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private ArgumentBytes() {}

  /**
   * Checks that the locale can represent all characters of the arguments. The JVM replaces others
   * by question marks.
   *
   * @throws UserError if it cannot
   */
  public static void requireReadable() {
    Charset charset = Charset.forName(System.getProperty("sun.jnu.encoding"));
    if (charset.equals(StandardCharsets.US_ASCII) && hasOthers()) {
      throw new UserError(
          "the arguments",
          "have letters outside ASCII, and this locale has none",
          "set LC_ALL=C.UTF-8");
    }
  }

  private static boolean hasOthers() {
    try {
      for (byte letter : Files.readAllBytes(COMMAND_LINE)) {
        if (letter < 0) {
          return true;
        }
      }
    } catch (IOException e) {
      // A system without this file: unreadable characters are noticed in the text itself.
    }
    return false;
  }
}
