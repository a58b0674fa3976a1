package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kvasir.Mpirun;
import kvasir.file.TinyDisk;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Results that cannot be written: a full device is a line, a closed pipe ends a command quietly.
 */
@Timeout(90)
class FullOutputTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final File FULL = new File("/dev/full");

  @TempDir Path folder;

  private ProcessBuilder builder(String command) {
    return Launch.builder(
            "launch/kvasir", (Object[]) command.replace("MODEL", MODEL.toString()).split(" ", -1))
        .redirectError(folder.resolve("err").toFile());
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("err"), StandardCharsets.UTF_8);
  }

  private static int code(Process process) throws InterruptedException {
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.descendants().count());
    return process.exitValue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "generate --model MODEL --tokens 1,2",
        "generate --model MODEL --tokens 1,2 --json --ranks 2",
        "generate --model MODEL --tokens 1,2 --ranks 2 --transport inprocess",
        "inspect --model MODEL",
        "town",
        "bench --help"
      })
  void aFullDeviceIsALine(String command) throws IOException, InterruptedException {
    Assumptions.assumeTrue(FULL.exists(), "full devices not tested: no /dev/full");
    assertEquals(2, code(builder(command).redirectOutput(FULL).start()), errors());
    assertEquals(
        List.of(
            "kvasir: error: standard output: cannot be written: No space left on device; free some"
                + " space, or write somewhere else"),
        errors().lines().filter(line -> line.startsWith("kvasir: error: ")).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "generate --model MODEL --tokens 1,2",
        "generate --model MODEL --tokens 1,2 --ranks 2",
        "generate --model MODEL --tokens 1,2 --ranks 2 --transport native",
        "generate --model MODEL --tokens 1,2 --ranks 2 --transport inprocess",
        "inspect --model MODEL",
        "town --documents 1000",
        "bench --help"
      })
  void aClosedPipeIsQuiet(String command) throws IOException, InterruptedException {
    if (command.endsWith("native")) {
      Mpirun.need();
    }
    Process process = builder(command).start();
    process.getInputStream().close();
    assertEquals(141, code(process), errors());
    assertEquals("", errors());
  }

  @Test
  void aCheckpointThatDoesNotFitLeavesNothing() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (TinyDisk tiny = TinyDisk.on(disk)) {
      Path out = disk.resolve("models/new");
      Launch.kvasir("synth", "--shape", "0.6b", "--layers", "1", "--out", out)
          .assertRefusedBehind(
              1, "model.safetensors: cannot be written: No space left on device; free");
      assertEquals(List.of(disk.resolve("models")), tiny.entries());
    }
  }
}
