package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model's file is cut while a run generates: the run ends on all ranks, and says why. */
@Timeout(90)
class CutModelTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model").toAbsolutePath();

  @TempDir Path model;

  @ParameterizedTest
  @CsvSource({"1, mpj", "3, mpj", "2, inprocess"})
  void theRunEndsWithALine(int ranks, String transport) throws IOException, InterruptedException {
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(DEMO.resolve(file), model.resolve(file));
    }
    Path err = model.resolve("err");
    Process run =
        Launch.builder(
                "launch/kvasir",
                "generate",
                "--model",
                model,
                "--tokens",
                "1",
                "--max-new-tokens",
                "7000",
                "--ignore-eos",
                "--kernels",
                "scalar",
                "--transport",
                transport,
                "--ranks",
                ranks)
            .redirectError(err.toFile())
            .start();
    // Long before its last token.
    assertTrue(run.getInputStream().read() >= 0, Files.readString(err));
    try (FileChannel file =
        FileChannel.open(model.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
    run.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    assertTrue(run.waitFor(30, TimeUnit.SECONDS));
    String text = Files.readString(err, StandardCharsets.UTF_8);
    assertEquals(2, run.exitValue(), text);
    assertTrue(
        text.contains("kvasir: error: " + model.resolve("model.safetensors") + ": was cut"), text);
    assertFalse(text.contains("\tat "), text);
    assertEquals(0, run.descendants().count());
  }
}
