package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kvasir.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a user runs them: real processes, real ranks. */
class CommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path QWEN = Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  private static JsonNode json(Launch.Result result) throws IOException {
    assertEquals(0, result.code(), result.err());
    return JSON.readTree(result.out());
  }

  @Test
  void theStoryIsTheSameOnEveryLayout() {
    Path model = SharedData.path("tinystories-656k");
    Object[] story = {
      "generate",
      "--model",
      model,
      "--prompt",
      "Once upon a time",
      "--max-new-tokens",
      "200",
      "--temperature",
      "0"
    };
    String expected = Launch.here(with(story, "--ranks", "1", "--threads", "1")).out();
    assertTrue(expected.length() > 300 && expected.contains("Lily"), expected);
    for (List<String> layout :
        List.of(
            List.of("--threads", "2"),
            List.of("--ranks", "3"),
            List.of("--transport", "inprocess", "--ranks", "2", "--threads", "2"),
            List.of("--transport", "inprocess", "--ranks", "4"),
            List.of("--transport", "inprocess", "--ranks", "2", "--kernels", "scalar"))) {
      Object[] words = with(story, layout.toArray());
      boolean processes = layout.contains("--ranks") && !layout.contains("inprocess");
      Launch.Result result = processes ? Launch.kvasir(words) : Launch.here(words);
      assertEquals(0, result.code(), result.err());
      assertEquals(expected, result.out(), layout.toString());
    }
    assertEquals(
        expected,
        Launch.here(
                with(
                    story,
                    (Object[])
                        "--attention standard --transport inprocess --ranks 2".split(" ", -1)))
            .out());
  }

  private static Object[] with(Object[] first, Object... more) {
    Object[] all = java.util.Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  @Test
  void fourRanksHoldAQuarterOfTheCacheEach() throws IOException {
    JsonNode result =
        json(
            Launch.kvasir(
                "generate",
                "--model",
                QWEN,
                "--tokens",
                "1,2,3",
                "--max-new-tokens",
                "61",
                "--ignore-eos",
                "--ranks",
                "4",
                "--stats",
                "--json"));
    assertEquals(61, result.get("tokens").size());
    assertEquals("length", result.get("finish_reason").asText());
    assertEquals(4, result.get("ranks").size());
    double share = 0;
    long distinct =
        result.get("ranks").valueStream().map(r -> r.get("pid").asLong()).distinct().count();
    for (JsonNode rank : result.get("ranks")) {
      assertEquals(1, rank.get("blocks").asInt());
      share += rank.get("share").asDouble();
    }
    assertEquals(4, distinct, "four processes");
    assertEquals(1.0, share, 1e-5);
  }

  @Test
  void scoresAddUpAndAgreeWithTheGolden() throws IOException {
    JsonNode golden = JSON.readTree(QWEN.resolve("golden.json").toFile());
    int[] ids = JSON.convertValue(golden.get("input_ids"), int[].class);
    String tokens = java.util.Arrays.toString(ids).replaceAll("[\\[\\] ]", "");
    JsonNode scores =
        json(
            Launch.here(
                "score",
                "--model",
                QWEN,
                "--tokens",
                tokens,
                "--top",
                "3",
                "--json",
                "--kv-type",
                "f32",
                "--transport",
                "inprocess",
                "--ranks",
                "3"));
    assertEquals(ids.length - 1, scores.get("logprobs").size());
    assertEquals(ids.length, scores.get("top").size());
    for (int i = 0; i < ids.length; i++) {
      double[] logits = JSON.convertValue(golden.get("logits").get(i), double[].class);
      double max = java.util.Arrays.stream(logits).max().orElseThrow();
      double sum = java.util.Arrays.stream(logits).map(x -> Math.exp(x - max)).sum();
      if (i + 1 < ids.length) {
        double expected = logits[ids[i + 1]] - max - Math.log(sum);
        assertEquals(expected, scores.get("logprobs").get(i).asDouble(), 2e-4);
      }
      assertEquals(-Math.log(sum), scores.get("top").get(i).get(0).get("logprob").asDouble(), 2e-4);
    }
    assertTrue(scores.get("perplexity").asDouble() > 1);
  }

  @Test
  void sampledTextDependsOnTheSeedAlone() throws IOException {
    Object[] sample = {
      "generate",
      "--model",
      QWEN,
      "--tokens",
      "1,2,3",
      "--max-new-tokens",
      "30",
      "--temperature",
      "0.9",
      "--top-k",
      "20",
      "--top-p",
      "0.95",
      "--min-p",
      "0.01",
      "--json",
      "--ignore-eos"
    };
    JsonNode one = json(Launch.here(with(sample, "--seed", "5"))).get("tokens");
    assertEquals(
        one, json(Launch.kvasir(with(sample, "--seed", "5", "--ranks", "3"))).get("tokens"));
    assertFalse(one.equals(json(Launch.here(with(sample, "--seed", "6"))).get("tokens")));
  }

  @Test
  void verifyAgreesOnThreeRanks() {
    Launch.Result result =
        Launch.here(
            "verify",
            "--model",
            QWEN,
            "--tokens",
            "1,2,3,4,5",
            "--max-new-tokens",
            "20",
            "--transport",
            "inprocess",
            "--ranks",
            "3",
            "--kv-type",
            "f16");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("all agree"), result.out());
    assertTrue(result.out().contains("asked: 3 x"), result.out());
  }

  @Test
  void inspectShowsTensorsAndMemoryPerRank(@TempDir Path folder) throws IOException {
    Path picture = folder.resolve("layout.svg");
    Launch.Result result =
        Launch.here(
            "inspect", "--model", QWEN, "--ranks", "3", "--context", "100", "--picture", picture);
    assertEquals(0, result.code(), result.err());
    assertTrue(Files.readString(picture).contains("One text on 3 ranks"));
    assertTrue(result.out().contains("model.layers.1.mlp.down_proj.weight"), result.out());
    assertTrue(result.out().contains("memory per rank at 100 tokens"), result.out());
  }

  @Test
  void mpjrunGivesTheSameStory() {
    Object[] story = {
      "generate",
      "--model",
      QWEN,
      "--tokens",
      "4,5,6",
      "--max-new-tokens",
      "40",
      "--ignore-eos",
      "--json"
    };
    String expected = tokens(Launch.here(story).out());
    Launch.Result result = Launch.run("launch/mpjrun", with(new Object[] {"-np", "3"}, story));
    assertEquals(0, result.code(), result.err());
    assertEquals(expected, tokens(result.out()));
    // C4: nothing of MPJ's is among the results.
    assertEquals(1, result.out().lines().count(), result.out());
    assertTrue(result.out().startsWith("{") && result.out().endsWith("}\n"), result.out());
  }

  private static String tokens(String output) {
    return output
        .lines()
        .filter(l -> l.contains("\"tokens\""))
        .findFirst()
        .orElse(output)
        .replaceAll(".*\"tokens\":(\\[[^]]*]).*", "$1");
  }

  @Test
  void mpjrunTellsTheExitCodeThatMpjHides() {
    Launch.Result result =
        Launch.run("launch/mpjrun", "-np", "2", "generate", "--model", QWEN, "--tokens", "1,999");
    result.assertRefused("--tokens");
  }

  @Test
  void saysThatTheContextIsFull() { // T7
    Launch.Result result =
        Launch.here(
            "generate",
            "--model",
            "src/test/resources/golden/qwen3-yarn",
            "--tokens",
            "1,5",
            "--ignore-eos",
            "--max-new-tokens",
            "500");
    assertEquals(0, result.code(), result.err());
    assertEquals(127, result.out().strip().split(" ", -1).length, result.out());
    assertEquals(
        List.of("kvasir: the model's context of 128 tokens is full: 127 new tokens of 500"),
        result.err().lines().filter(line -> line.startsWith("kvasir: ")).toList());
  }

  @Test
  void saysWhatPredictLeavesOut() { // T7
    Launch.Result result =
        Launch.here(
            "experiment",
            "predict",
            "--model",
            "qwen3-0.6b",
            "--context",
            "1024",
            "--nodes",
            "4",
            "--ranks-per-node",
            "1,2",
            "--shards",
            "4");
    assertEquals(0, result.code(), result.err());
    assertEquals(
        List.of("kvasir: --ranks-per-node 2 is left out on 4 nodes: 8 ranks for 4 shards"),
        result.err().lines().filter(line -> line.startsWith("kvasir: ")).toList());
  }
}
