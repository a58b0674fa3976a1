package kvasir.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.cli.option.UserText;
import kvasir.engine.TokenIds;
import kvasir.fuzz.Fuzz;
import kvasir.model.ConfigReader;
import kvasir.model.ModelConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged prompts and lists of tokens: read, or refused by the option's name. */
class PromptFuzzTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/qwen3-yarn");

  @TempDir Path directory;

  @Test
  void damagedTokens() {
    ModelConfig config = ConfigReader.read(GOLDEN);
    Fuzz.check(
        "--tokens",
        500,
        List.of("1,2,3".getBytes(UTF_8), "17, 0 ,4,5,21".getBytes(UTF_8)),
        in -> TokenIds.check("--tokens", TokenIds.parse(new String(in, ISO_8859_1)), config));
  }

  @Test
  void damagedPromptFiles() {
    Path file = directory.resolve("prompt.txt");
    Fuzz.check(
        "prompt.txt",
        150,
        List.of("Once upon a time \u00fc \u4e16\u754c \ud83d\ude00.".getBytes(UTF_8)),
        in -> {
          Files.write(file, in);
          new UserText("--prompt-file", file).read();
        });
  }
}
