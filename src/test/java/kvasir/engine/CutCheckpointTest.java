package kvasir.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that truncating a mapped file gives one line of error instead of a crash of the JVM, in
 * interpreted and compiled code.
 */
@Timeout(120)
class CutCheckpointTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/qwen3-yarn");

  @TempDir Path model;

  @ParameterizedTest
  @CsvSource({"pack, 0", "pack, 400", "embed, 0", "embed, 4000", "check, 0", "check, 1000"})
  void isALineThatNamesIt(String reader, int times) throws IOException, InterruptedException {
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve(file), model.resolve(file));
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + model.resolve("crash.log"),
                "-cp",
                System.getProperty("java.class.path"),
                CutCheckpoint.class.getName(),
                reader,
                model.toString(),
                String.valueOf(times))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor(10, TimeUnit.SECONDS);
    assertEquals(
        model.resolve("model.safetensors")
            + ": was cut or became unreadable while it was read; complete the file, and leave it"
            + " alone while a run uses it\n",
        out);
    assertEquals(0, process.exitValue());
  }
}
