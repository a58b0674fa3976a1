package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import kvasir.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on GGUF files: scales that are not numbers (G44), and what a plan says of formats. */
class GgufCommandsTest {
  private static final Path EXPECTED = Path.of("..", "shared", "cases", "gguf-expected.json");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SCRIPT = Path.of("..", "shared", "cases", "make_gguf.py");

  @TempDir Path folder;

  /** Returns the file of a case of the shared script. */
  private Path file(String name) throws IOException, InterruptedException {
    assumeTrue(Files.exists(SCRIPT), "skipped: " + SCRIPT + " is absent");
    Process python =
        new ProcessBuilder("python3", SCRIPT.toString(), name, folder.resolve(name).toString())
            .inheritIO()
            .start();
    assertTrue(python.waitFor(1, TimeUnit.MINUTES), "make_gguf.py takes more than a minute");
    assertEquals(0, python.exitValue());
    return folder.resolve(name).resolve("m.gguf");
  }

  private static void assertCheckFinds(Path model, String line) {
    Launch.Result check = Launch.kvasir("inspect", "--model", model, "--check");
    assertEquals(1, check.code(), check.err());
    assertTrue(check.out().contains(line), check.out());
  }

  @Test
  void aBlockWithoutAScaleIsFoundAndRefused() throws IOException, InterruptedException {
    Path model = file("scale-nan");
    assertCheckFinds(model, "\nblk.1.ffn_up.weight: 32 NaN, 0 infinite\n");
    Launch.kvasir("generate", "--model", model, "--tokens", "5,9", "--json")
        .assertRefused("the logits are not finite numbers");
  }

  @Test
  void anInfiniteRowSpoilsOnlyPromptsWithItsToken() throws IOException, InterruptedException {
    Path model = file("scale-inf");
    assertCheckFinds(model, "\ntoken_embd.weight: 0 NaN, 32 infinite\n");
    Launch.kvasir("score", "--model", model, "--tokens", "7,9", "--json")
        .assertRefused("the logits are not finite numbers");
    Launch.Result sound = Launch.kvasir("score", "--model", model, "--tokens", "8,9", "--json");
    assertEquals(0, sound.code(), sound.err());
  }

  /** Answers end at each of the file's three tokens for that, and marks are shown or not (G53). */
  @ParameterizedTest
  @ValueSource(strings = {"end-eos", "end-eot", "end-eom", "decode"})
  void anAnswerEndsAndIsShownAsTheFileSays(String name) throws IOException, InterruptedException {
    Path model = file(name);
    JsonNode right = JSON.readTree(EXPECTED.toFile()).get(name);
    JsonNode generate = right.get("generate");
    Launch.Result result =
        Launch.here(
            "generate",
            "--model",
            model,
            "--tokens",
            generate.get("tokens").get(0).asText(),
            "--max-new-tokens",
            generate.get("max_new_tokens").asText(),
            "--json");
    assertEquals(0, result.code(), result.err());
    JsonNode answer = JSON.readTree(result.out());
    assertEquals(right.get("continues"), answer.get("tokens"), result.out());
    assertEquals(right.get("finish_reason"), answer.get("finish_reason"), result.out());
    if (right.has("text")) {
      assertEquals(right.get("text"), answer.get("text"), result.out());
    }
  }

  /** A text is refused by the key and its value, while other requests are computed (G47). */
  @Test
  void aBatchNamesTheKeyOfATokenizerThatItCannotUse() throws IOException, InterruptedException {
    Path model = file("pre-other");
    Path input = folder.resolve("in.jsonl");
    Path output = folder.resolve("out.jsonl");
    Files.writeString(
        input,
        """
        {"id": "text", "prompt": "the", "max_tokens": 2}
        {"id": "ids", "tokens": [1, 2, 3], "max_tokens": 2}
        """);
    Launch.Result result =
        Launch.here("batch", "--model", model, "--input", input, "--output", output);
    assertEquals(1, result.code(), result.err());
    for (String line : Files.readAllLines(output)) {
      JsonNode answer = JSON.readTree(line);
      String error = answer.path("error").asText();
      boolean named = error.contains("key tokenizer.ggml.pre is \"chatglm-bpe\"");
      assertEquals(answer.get("id").asText().equals("text"), named, line);
    }
    assertEquals(2, Files.readAllLines(output).size());
  }

  @Test
  void aPlanCountsTheBytesOfTheFormat() {
    Path model = SharedData.path("gguf-golden").resolve("tiny-qwen3-Q4_1.gguf");
    Launch.Result plan =
        Launch.kvasir(
            "experiment",
            "predict",
            "--model",
            model,
            "--context",
            64,
            "--cores",
            2,
            "--read",
            "40GB/s",
            "--flops",
            "200GFLOP/s");
    assertEquals(0, plan.code(), plan.err());
    assertTrue(plan.out().contains(", 0.63 bytes each; KV in bf16"), plan.out());
  }
}
