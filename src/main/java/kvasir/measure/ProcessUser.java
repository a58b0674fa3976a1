package kvasir.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The user that this process runs as, by number. Names come from a list of users, which may give
 * user 0 any name or none.
 */
public final class ProcessUser {
  private static final Path SELF = Path.of("/proc/self");

  private ProcessUser() {}

  /**
   * Returns the user's number.
   *
   * @throws IOException if this system does not tell it
   */
  public static int id() throws IOException {
    return (int) Files.getAttribute(SELF, "unix:uid");
  }

  /**
   * Returns whether the user is root, judged by name where this system does not tell the number.
   */
  public static boolean isRoot() {
    try {
      return id() == 0;
    } catch (IOException e) {
      return System.getProperty("user.name").equals("root");
    }
  }
}
