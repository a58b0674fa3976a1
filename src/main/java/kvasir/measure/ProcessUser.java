package kvasir.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The user that this process runs as, by number: names are what a list of users says, which may
 * call user 0 anything, and know no name at all.
 */
public final class ProcessUser {
  private static final Path SELF = Path.of("/proc/self");

  private ProcessUser() {}

  /** Returns the user's number; throws where this system does not tell. */
  public static int id() throws IOException {
    return (int) Files.getAttribute(SELF, "unix:uid");
  }

  /** Returns whether the user may do everything; by its name where this system tells no number. */
  public static boolean isRoot() {
    try {
      return id() == 0;
    } catch (IOException e) {
      return System.getProperty("user.name").equals("root");
    }
  }
}
