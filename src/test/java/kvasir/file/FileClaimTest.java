package kvasir.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims on a file, in one process and in many at once. */
class FileClaimTest {
  private static final int PROCESSES = 6;
  private static final int TURNS = 150;

  @TempDir Path folder;

  @Test
  void aClaimIsHeldOnceAndGivenUp() throws IOException {
    Path lock = folder.resolve("lock");
    FileClaim claim = FileClaim.take(lock).orElseThrow();
    assertTrue(FileClaim.take(lock).isEmpty());
    claim.close();
    FileClaim.take(lock).orElseThrow().close();
  }

  /** Program that takes a claim repeatedly, and reports another holder at the same time. */
  static final class Claimant {
    private Claimant() {}

    public static void main(String[] arguments) throws IOException {
      Path lock = Path.of(arguments[0]);
      Path held = lock.resolveSibling("held");
      int turns = 0;
      while (turns < TURNS) {
        Optional<FileClaim> taken = FileClaim.take(lock);
        if (taken.isPresent()) {
          try (FileClaim _ = taken.get()) {
            Files.createFile(held);
            Files.delete(held);
          } catch (FileAlreadyExistsException e) {
            throw new IllegalStateException("two hold the claim", e);
          }
          turns++;
        }
      }
    }
  }

  @Test
  void noTwoOfManyProcessesHoldAClaim() throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      all.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Claimant.class.getName(),
                  folder.resolve("lock").toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
              .start());
    }
    for (Process process : all) {
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertTrue(ended);
      assertEquals(0, process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
    }
  }
}
