package kvasir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** One rank's exit code in a file of its own, there whole or not at all. */
final class StatusFile {
  private StatusFile() {}

  static void write(String directory, int rank, int code) throws IOException {
    Path file = Path.of(directory, "rank-" + rank + ".exit");
    Path unfinished = Path.of(directory, ".rank-" + rank + ".tmp");
    Files.writeString(unfinished, code + "\n");
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
