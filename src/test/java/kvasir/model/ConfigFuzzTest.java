package kvasir.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged configurations, each of which must be read or refused with the name of its file. */
class ConfigFuzzTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir Path directory;

  private static byte[] config(String model) throws IOException {
    return Files.readAllBytes(GOLDEN.resolve(model).resolve("config.json"));
  }

  @Test
  void damagedConfigurations() throws IOException {
    List<byte[]> real =
        List.of(config("qwen3-yarn"), config("qwen2-bias-untied"), config("llama-bias-sharded"));
    Fuzz.check(
        "config.json",
        600,
        real,
        in -> {
          Files.write(directory.resolve("config.json"), in);
          ModelConfig read = ConfigReader.read(directory);
          RopeAngles.frequencies(read.rope(), read.headDim());
        });
  }

  @Test
  void damagedGenerationConfigurations() throws IOException {
    Files.write(directory.resolve("config.json"), config("qwen3-yarn"));
    byte[] real = "{\"eos_token_id\": [5, 7], \"top_p\": 0.9}".getBytes(StandardCharsets.UTF_8);
    Fuzz.check(
        "generation_config.json",
        200,
        List.of(real),
        in -> {
          Files.write(directory.resolve("generation_config.json"), in);
          ConfigReader.read(directory);
        });
  }
}
