package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kvasir.EditedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stop strings, models that share a folder of KV blocks, and NaN in a small pool, by commands. */
@Timeout(600)
class BatchSituationsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DEMO = Path.of("experiments/demo-model/model").toAbsolutePath();
  private static final String UNTIED = "qwen2-bias-untied";
  private static final int NAN_TOKEN = 45;

  @TempDir Path folder;

  private static String tokens(int n, int start) {
    return IntStream.range(0, n)
        .mapToObj(j -> String.valueOf(3 + (start + 5 * j + j * j) % 45))
        .collect(Collectors.joining(","));
  }

  private Map<String, JsonNode> batch(int code, Path model, List<String> lines, String options)
      throws IOException {
    Path input = folder.resolve("in.jsonl");
    Path output = folder.resolve("out.jsonl");
    Files.write(input, lines);
    Files.deleteIfExists(output);
    Launch.Result result =
        kvasir(List.of("batch", "--model", model, "--input", input, "--output", output), options);
    assertEquals(code, result.code(), result.err());
    Map<String, JsonNode> found = new TreeMap<>();
    for (String line : Files.readAllLines(output)) {
      JsonNode node = JSON.readTree(line);
      found.put(node.get("id").asText(), node);
    }
    return found;
  }

  private static Launch.Result kvasir(List<?> words, String options) {
    Object[] all = Stream.concat(words.stream(), Arrays.stream(options.split(" ", -1))).toArray();
    boolean processes = options.contains("--ranks") && !options.contains("inprocess");
    return processes ? Launch.kvasir(all) : Launch.here(all);
  }

  @Test
  void stopStringsEndTextsB39() throws IOException {
    JsonNode prompt =
        JSON.readTree(Files.readString(EditedModel.GOLDEN.resolve("demo-model.json"))).get(1);
    String whole = "The code of Ursula Theemark is 3936.";
    Map<String, String> expected = new TreeMap<>();
    expected.put("\"393\"", "The code of Ursula Theemark is ");
    expected.put("[\"Theemark is\", \"code of U\"]", "The ");
    expected.put("\" is 3\"", "The code of Ursula Theemark");
    expected.put("\"Ursula\"", "The code of ");
    expected.put("\"3937\"", whole);
    expected.put("null", whole);
    expected.put("\"<|im_end|>\"", whole);
    List<String> stops = new ArrayList<>(expected.keySet());
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < stops.size(); i++) {
      lines.add(
          "{\"id\": %d, \"prompt\": %s, \"stop\": %s}"
              .formatted(i, prompt.get("text"), stops.get(i)));
    }
    lines.add("{\"id\": \"empty\", \"prompt\": \"x\", \"stop\": [\"\"]}");
    Map<String, JsonNode> found =
        batch(1, DEMO, lines, "--kv-type f32 --ranks 2 --kv-memory 2700k");
    for (int i = 0; i < stops.size(); i++) {
      JsonNode result = found.get(String.valueOf(i));
      assertEquals(expected.get(stops.get(i)), result.get("text").asText(), stops.get(i));
      assertEquals("stop", result.get("finish_reason").asText(), stops.get(i));
    }
    assertTrue(found.get("empty").get("error").asText().contains("stop"));
    Launch.Result alone =
        kvasir(
            List.of("generate", "--model", DEMO, "--prompt", prompt.get("text").asText()),
            "--kv-type f32 --json --stop 393");
    assertEquals(0, alone.code(), alone.err());
    JsonNode result = found.get(String.valueOf(stops.indexOf("\"393\"")));
    assertEquals(JSON.readTree(alone.out()).get("tokens"), result.get("tokens"));
  }

  /** Replaces rows of a tensor in f32 by other rows of it. */
  private static void copyRows(EditedModel model, String name, int[][] rows) {
    model.tensors(
        tensors -> {
          EditedModel.Tensor tensor = tensors.get(name);
          byte[] bytes = tensor.bytes().clone();
          int width = Float.BYTES * tensor.shape().get(1);
          for (int[] row : rows) {
            System.arraycopy(tensor.bytes(), row[1] * width, bytes, row[0] * width, width);
          }
          tensors.put(name, new EditedModel.Tensor(tensor.type(), tensor.shape(), bytes));
        });
  }

  private List<Integer> generate(Path model, String options) throws IOException {
    Launch.Result result =
        kvasir(
            List.of("generate", "--model", model, "--tokens", tokens(49, 2)),
            "--max-new-tokens 6 --json " + options);
    assertEquals(0, result.code(), result.err());
    return JSON.readTree(result.out()).get("tokens").valueStream().map(JsonNode::asInt).toList();
  }

  @Test
  void modelsThatDifferDoNotShareBlocksB19() throws IOException {
    Path one = EditedModel.GOLDEN.resolve(UNTIED);
    EditedModel rows = EditedModel.golden(UNTIED, folder.resolve("rows"));
    copyRows(rows, "model.embed_tokens.weight", new int[][] {{19, 20}, {41, 31}});
    EditedModel angles =
        EditedModel.golden(UNTIED, folder.resolve("angles"))
            .config(config -> config.put("rope_theta", 5000))
            .config(config -> config.remove("rope_parameters"));
    String keep = "--snapshot " + folder.resolve("S");
    String f32 = "--kv-type f32";
    assertEquals(List.of(8, 43, 20, 25, 17, 33), generate(one, f32 + " " + keep));
    assertEquals(List.of(41, 38, 41, 43, 38, 12), generate(rows.folder(), f32 + " " + keep));
    assertEquals(List.of(41, 38, 41, 43, 38, 12), generate(rows.folder(), f32 + " " + keep));
    List<String> others =
        List.of(f32 + " --block-size 32", "--kv-type bf16", "--attention standard");
    for (String options : others) {
      assertEquals(generate(one, options), generate(one, options + " " + keep), options);
    }
    assertEquals(generate(angles.folder(), f32), generate(angles.folder(), f32 + " " + keep));
    assertEquals(List.of(8, 43, 20, 25, 17, 33), generate(one, f32 + " " + keep));
    String session = " --session " + folder.resolve("a.session");
    generate(one, f32 + session);
    kvasir(
            List.of("generate", "--model", rows.folder(), "--tokens", tokens(49, 2)),
            "--max-new-tokens 6 " + f32 + session)
        .assertRefused("model");
  }

  /** Returns 40 requests, of which each third has a token whose numbers are NaN. */
  private static List<String> requests() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      // Beginnings of 33 tokens in common, before the token or behind it.
      String common = tokens(33, i % 2).replace(String.valueOf(NAN_TOKEN), "44");
      String own = tokens(5 + i % 13, i).replace(String.valueOf(NAN_TOKEN), "44");
      String prompt =
          switch (i % 6) {
            case 0 -> common + "," + NAN_TOKEN + "," + own;
            case 3 -> NAN_TOKEN + "," + common + "," + own;
            default -> common + "," + own;
          };
      lines.add("{\"id\": %d, \"tokens\": [%s], \"max_tokens\": 9}".formatted(i, prompt));
    }
    return lines;
  }

  @Test
  void nanInReusedBlocksReachesNobodyElseB43() throws IOException {
    Path broken = folder.resolve("nan");
    NanModel.write(EditedModel.GOLDEN.resolve(UNTIED), broken, NAN_TOKEN);
    Map<String, JsonNode> sound =
        batch(0, EditedModel.GOLDEN.resolve(UNTIED), requests(), "--kv-type f32");
    String small = "--kv-type f32 --kv-memory 130k --max-sequences 6";
    for (String layout :
        List.of(small, small + " --prefill-chunk 5 --ranks 2 --transport inprocess")) {
      Map<String, JsonNode> found = batch(1, broken, requests(), layout);
      int compared = 0;
      for (int i = 0; i < requests().size(); i++) {
        JsonNode expected = sound.get(String.valueOf(i)).get("tokens");
        JsonNode result = found.get(String.valueOf(i));
        if (i % 3 == 0) {
          assertEquals(0, result.get("tokens").size(), "line " + i);
          assertTrue(result.get("error").asText().contains("not finite"), "line " + i);
        } else if (expected.valueStream().limit(8).noneMatch(id -> id.asInt() == NAN_TOKEN)) {
          assertEquals(expected, result.get("tokens"), "line " + i);
          compared++;
        }
      }
      assertTrue(compared > 10, compared + " lines do not meet the token");
    }
  }
}
