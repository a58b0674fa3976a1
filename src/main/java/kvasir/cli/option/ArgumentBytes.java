package kvasir.cli.option;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kvasir.error.UserError;

/**
 * The arguments as a shell gives them: bytes, of which only a locale says what letters they are.
 */
public final class ArgumentBytes {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private ArgumentBytes() {}

  /** Refuses letters that the locale has none for; the JVM has made question marks of them. */
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
      // A system without this file: what is unreadable is seen in the text.
    }
    return false;
  }
}
