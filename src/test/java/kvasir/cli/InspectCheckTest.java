package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code inspect --check}: what is no number in the weights is named, and fails the check. */
class InspectCheckTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  @TempDir Path model;

  @Test
  void soundWeightsPass() {
    Launch.Result result = Launch.here("inspect", "--model", GOLDEN, "--check");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().endsWith("\n0 of 24 tensors have NaN or infinite weights\n"));
  }

  @Test
  void tensorsWithOddWeightsAreNamed() throws IOException {
    Files.copy(GOLDEN.resolve("config.json"), model.resolve("config.json"));
    byte[] weights = Files.readAllBytes(GOLDEN.resolve("model.safetensors"));
    // The last tensor of the file is the last in the order of its data: all bits make a NaN.
    weights[weights.length - 1] = weights[weights.length - 2] = (byte) 0xff;
    Files.write(model.resolve("model.safetensors"), weights);
    Launch.Result result = Launch.here("inspect", "--model", model, "--check");
    assertEquals(1, result.code(), result.err());
    assertTrue(result.out().contains("\nmodel.norm.weight: 1 NaN, 0 infinite\n"), result.out());
    assertTrue(result.out().endsWith("\n1 of 24 tensors have NaN or infinite weights\n"));
  }
}
