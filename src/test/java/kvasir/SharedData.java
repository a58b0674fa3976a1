package kvasir;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real test data that stands beside the checkout and is not part of it. */
public final class SharedData {
  private SharedData() {}

  /** A file or folder of the shared data; the test is skipped, and says so, where it is absent. */
  public static Path path(String name) {
    Path path = Path.of("..", "shared", "data", name);
    assumeTrue(Files.exists(path), "skipped: " + path + " is absent");
    return path;
  }
}
