package kvasir.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A disk of 64 KiB mounted on a folder. Where this user may not mount one, the test is skipped. */
public record TinyDisk(Path folder) implements AutoCloseable {
  /** Mounts a disk on an empty folder. */
  public static TinyDisk on(Path folder) throws IOException {
    String refusal = run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString());
    Assumptions.assumeTrue(
        refusal.isEmpty(), "full disks not tested: no tmpfs can be mounted: " + refusal);
    return new TinyDisk(folder);
  }

  /** Returns all files and folders on the disk, without the root. */
  public List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(entry -> !entry.equals(folder)).toList();
    }
  }

  @Override
  public void close() throws IOException {
    run("umount", folder.toString());
  }

  private static String run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
