package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command {@code batch} on whole files. The token ids that are right come from a forward pass
 * in double precision that agrees with transformers; each choice leads by 0.1 logits or more.
 */
class BatchCommandTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  @TempDir Path folder;

  /** Returns {@code n} token ids; those of smaller n are the beginning of those of larger n. */
  private static List<Integer> tokens(int n, int start) {
    return IntStream.range(0, n).mapToObj(j -> 3 + (start + 5 * j + j * j) % 45).toList();
  }

  private static String line(String id, int n, int start, String rest) {
    return "{\"id\": \"%s\", \"tokens\": %s, %s}".formatted(id, tokens(n, start), rest);
  }

  private Launch.Result batch(List<String> lines, Object... options) throws IOException {
    Files.write(folder.resolve("in.jsonl"), lines);
    List<Object> words = new ArrayList<>();
    words.addAll(List.of("batch", "--model", MODEL, "--kv-type", "f32"));
    words.addAll(List.of("--input", folder.resolve("in.jsonl")));
    words.addAll(List.of("--output", folder.resolve("out.jsonl")));
    words.addAll(List.of(options));
    boolean processes = words.contains("--ranks") && !words.contains("inprocess");
    return processes ? Launch.kvasir(words.toArray()) : Launch.here(words.toArray());
  }

  /** Returns the results by id; results without one are left out. */
  private Map<String, JsonNode> results() throws IOException {
    Map<String, JsonNode> byId = new LinkedHashMap<>();
    for (String line : Files.readAllLines(folder.resolve("out.jsonl"))) {
      JsonNode result = new ObjectMapper().readTree(line);
      if (result.hasNonNull("id")) {
        byId.put(result.get("id").asText(), result);
      }
    }
    return byId;
  }

  private static String chosen(JsonNode result) {
    return IntStream.range(0, result.get("tokens").size())
        .mapToObj(i -> result.get("tokens").get(i).asText())
        .collect(Collectors.joining(" "));
  }

  /** The part of the results that may not depend on company, layout and time. */
  private List<String> answers() throws IOException {
    return results().entrySet().stream()
        .map(
            entry -> {
              JsonNode r = entry.getValue();
              return entry.getKey()
                  + r.get("tokens")
                  + r.get("finish_reason")
                  + r.get("logprobs")
                  + r.get("choices")
                  + r.get("error");
            })
        .sorted()
        .toList();
  }

  private static List<String> mixed() {
    List<String> lines = new ArrayList<>();
    int[][] prompts = {{1, 4}, {15, 18}, {16, 32}, {17, 2}, {31, 5}, {32, 3}, {33, 18}, {48, 8}};
    for (int[] p : prompts) {
      lines.add(line("a" + p[0], p[0], p[1], "\"max_tokens\": 6"));
    }
    for (int k = 1; k <= 20; k++) {
      lines.add(line("b" + k, 13, 20, "\"max_tokens\": " + k));
    }
    lines.add(line("p1", 9, 34, "\"max_tokens\": 8, \"repetition_penalty\": 1.3"));
    lines.add(
        line(
            "p2",
            15,
            28,
            "\"max_tokens\": 8, \"presence_penalty\": 1.2, \"frequency_penalty\": 0.6"));
    lines.add(
        line(
            "p3",
            5,
            1,
            "\"max_tokens\": 8, \"repetition_penalty\": 1.4, \"presence_penalty\": 0.9,"
                + " \"frequency_penalty\": 0.5, \"logit_bias\": {\"27\": 3, \"37\": -4}"));
    lines.add(line("bias", 13, 20, "\"max_tokens\": 8, \"logit_bias\": {\"37\": -100}"));
    lines.add(line("logprobs", 16, 32, "\"max_tokens\": 6, \"logprobs\": 3"));
    lines.add(line("none", 1, 4, "\"max_tokens\": 0"));
    lines.add(line("full", 127, 1, "\"max_tokens\": 4"));
    String sampled = "\"temperature\": 1.5, \"seed\": 11, \"max_tokens\": 12";
    lines.add(line("one", 13, 20, sampled));
    lines.add(line("two", 13, 20, sampled + ", \"n\": 2"));
    lines.add(line("end", 3, 2, "\"max_tokens\": 8"));
    return lines;
  }

  @Test
  void tokensAreRightAndTheSameInAnyCompanyB1B2B5B33B34B37B40B41() throws IOException {
    Launch.Result result = batch(mixed(), "--threads", 2);
    assertEquals(0, result.code(), result.err());
    assertTrue(result.err().contains("limited the new tokens of 1 requests"), result.err());
    Map<String, JsonNode> found = results();
    assertEquals("36 45 10 37 37 37", chosen(found.get("a1")));
    assertEquals("37 37 37 37 37 37", chosen(found.get("a15")));
    assertEquals("47 34 29 27 15 35", chosen(found.get("a16")));
    assertEquals("6 20 40 18 19 20", chosen(found.get("a17")));
    assertEquals("20 37 37 37 37 37", chosen(found.get("a31")));
    assertEquals("15 35 15 35 11 34", chosen(found.get("a32")));
    assertEquals("16 27 27 27 27 27", chosen(found.get("a33")));
    assertEquals("27 27 27 27 27 27", chosen(found.get("a48")));
    String all = "37 10 23 29 26 29 29 29 43 45 37 10 47 27 29 36 10 47 37 6";
    for (int k = 1; k <= 20; k++) {
      assertEquals(k, found.get("b" + k).get("tokens").size());
      assertTrue((all + " ").startsWith(chosen(found.get("b" + k)) + " "), "b" + k);
    }
    assertEquals("29 47 7 35 42 10 10 10", chosen(found.get("p1")));
    assertEquals("45 37 37 37 37 26 27 45", chosen(found.get("p2")));
    assertEquals("27 27 16 47 35 42 36 13", chosen(found.get("p3")));
    assertEquals("2", chosen(found.get("bias")));
    assertEquals("stop", found.get("bias").get("finish_reason").asText());
    assertEquals(-1.49633, found.get("logprobs").get("logprobs").get(0).asDouble(), 1e-4);
    assertEquals(-1.04059, found.get("logprobs").get("logprobs").get(5).asDouble(), 1e-4);
    assertEquals("", chosen(found.get("none")));
    assertEquals("18 35", chosen(found.get("full")));
    assertEquals("37 2", chosen(found.get("end")));
    JsonNode choices = found.get("two").get("choices");
    assertEquals(found.get("one").get("tokens"), choices.get(0).get("tokens"));
    assertFalse(choices.get(0).get("tokens").equals(choices.get(1).get("tokens")));

    List<String> expected = answers();
    List<String> shuffled = new ArrayList<>(mixed());
    java.util.Collections.reverse(shuffled);
    Object[][] ways = {
      {"--ranks", 3, "--transport", "inprocess", "--max-sequences", 2, "--step-time", "1ms"},
      {"--ranks", 2, "--kv-memory", "70k", "--compare-ranks", "--prefill-chunk", 5},
    };
    for (Object[] way : ways) {
      Files.delete(folder.resolve("out.jsonl"));
      Launch.Result other = batch(shuffled, way);
      assertEquals(0, other.code(), other.err());
      assertEquals(expected, answers(), List.of(way).toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--attention standard", "--prefill-chunk 2147483647"})
  void promptsMayBeReadWholeB5B26(String options) throws IOException {
    Launch.Result result = batch(mixed().subList(0, 8), (Object[]) options.split(" ", -1));
    assertEquals(0, result.code(), result.err());
    assertEquals("36 45 10 37 37 37", chosen(results().get("a1")));
    assertEquals("6 20 40 18 19 20", chosen(results().get("a17")));
    assertEquals("27 27 27 27 27 27", chosen(results().get("a48")));
  }

  @Test
  void badLinesAreErrorResultsAndTheOthersGoOnB22B34B46() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(line("good", 1, 4, "\"max_tokens\": 6"));
    lines.add(line("long", 129, 1, "\"max_tokens\": 1"));
    lines.add(line("large", 60, 1, "\"max_tokens\": 60"));
    lines.add(line("bias", 1, 4, "\"logit_bias\": {\"48\": 1}"));
    lines.add("{\"id\": \"text\", \"prompt\": \"Hello\"}");
    lines.add("{\"id\": \"torn\"");
    lines.add(line("last", 15, 18, "\"max_tokens\": 6"));
    Launch.Result result = batch(lines, "--threads", 1, "--kv-memory", "90k");
    assertEquals(1, result.code(), result.err());
    Map<String, JsonNode> found = results();
    assertEquals("36 45 10 37 37 37", chosen(found.get("good")));
    assertEquals("37 37 37 37 37 37", chosen(found.get("last")));
    assertEquals("129 tokens, but the context has 128", found.get("long").get("error").asText());
    assertTrue(found.get("large").get("error").asText().contains("--kv-memory"));
    assertTrue(found.get("large").get("error").asText().startsWith("119 tokens take"));
    assertTrue(found.get("bias").get("error").asText().contains("logit_bias"));
    assertTrue(found.get("text").get("error").asText().contains("no tokenizer"));
    assertEquals(7, Files.readAllLines(folder.resolve("out.jsonl")).size());
  }

  @Test
  void aRerunComputesWhatIsMissingAloneB48() throws IOException {
    List<String> lines = mixed().subList(0, 5);
    assertEquals(0, batch(lines).code());
    Path out = folder.resolve("out.jsonl");
    String whole = Files.readString(out);
    assertEquals(0, batch(lines).code());
    assertEquals(whole, Files.readString(out));
    Files.writeString(out, whole.substring(0, whole.length() - 30));
    Launch.Result again = batch(lines);
    assertEquals(0, again.code(), again.err());
    assertTrue(
        again.err().contains("1 results, 0 of them errors; 4 were there before"), again.err());
    assertEquals(5, results().size());
    Launch.Result other = batch(lines, "--block-size", 32);
    assertEquals(2, other.code(), other.err());
    assertTrue(other.err().contains("--block-size"), other.err());
    assertEquals(5, results().size());
  }

  @Test
  void whatCannotWorkIsRefusedBeforeTheModelIsLoadedB22B50() throws IOException {
    Launch.Result small = batch(mixed(), "--kv-memory", "100");
    assertEquals(2, small.code(), small.err());
    assertTrue(small.err().contains("--kv-memory: a block of 16 tokens takes"), small.err());
    Launch.Result limited = batch(mixed(), "--kv-memory", "1g", "--memory-limit", "600m");
    assertEquals(2, limited.code(), limited.err());
    assertTrue(limited.err().contains("1,024 MiB of them for KV blocks"), limited.err());
    Launch.Result missing =
        Launch.here("batch", "--model", MODEL, "--input", folder.resolve("no"), "--output", "-");
    assertEquals(2, missing.code());
    assertEquals(1, missing.err().lines().count(), missing.err());
  }

  @Test
  void blocksInFilesAreSharedByRunsAndWithGenerate() throws IOException {
    Path blocks = folder.resolve("blocks");
    Object[] store = {"--snapshot", blocks, "--transport", "inprocess", "--ranks", 2};
    String ids = tokens(50, 1).toString().replaceAll("[\\[\\] ]", "");
    Launch.Result generated =
        Launch.kvasir(
            "generate",
            "--model",
            MODEL,
            "--kv-type",
            "f32",
            "--tokens",
            ids,
            "--max-new-tokens",
            "2",
            "--ignore-eos",
            "--snapshot",
            blocks);
    assertEquals(0, generated.code(), generated.err());
    List<String> lines =
        List.of(
            line("a", 50, 1, "\"max_tokens\": 20, \"ignore_eos\": true"),
            line("b", 40, 9, "\"max_tokens\": 20, \"ignore_eos\": true"));
    assertEquals(0, batch(lines).code());
    Map<String, JsonNode> expected = results();
    for (int[] cached : new int[][] {{48, 0}, {48, 32}}) {
      Files.delete(folder.resolve("out.jsonl"));
      Launch.Result run = batch(lines, store);
      assertEquals(0, run.code(), run.err());
      Map<String, JsonNode> found = results();
      for (String id : List.of("a", "b")) {
        assertEquals(expected.get(id).get("tokens"), found.get(id).get("tokens"));
        JsonNode timings = found.get(id).get("timings");
        assertEquals(cached[id.equals("a") ? 0 : 1], timings.get("cached_tokens").asInt(), id);
      }
    }
    batch(lines, "--snapshot", blocks, "--no-prefix-cache").assertRefused("--no-prefix-cache");
    Files.delete(folder.resolve("out.jsonl"));
    batch(lines, "--snapshot", folder.resolve("in.jsonl")).assertRefused("--snapshot");
  }

  @Test
  void numbersThatAreNotFiniteEndTheirSequenceAloneB42() throws IOException {
    // Row 45 of the embedding is made NaN; the other sequences do not meet it.
    Path broken = folder.resolve("nan");
    NanModel.write(Path.of("src/test/resources/golden/qwen2-bias-untied"), broken, 45);
    Files.write(
        folder.resolve("in.jsonl"),
        List.of(
            line("a", 2, 1, "\"max_tokens\": 4"),
            line("b", 5, 3, "\"max_tokens\": 4"),
            "{\"id\": \"c\", \"tokens\": [45], \"max_tokens\": 4}"));
    Launch.Result result =
        Launch.here(
            "batch",
            "--model",
            broken,
            "--kv-type",
            "f32",
            "--ranks",
            2,
            "--transport",
            "inprocess",
            "--input",
            folder.resolve("in.jsonl"),
            "--output",
            folder.resolve("out.jsonl"));
    assertEquals(1, result.code(), result.err());
    Map<String, JsonNode> found = results();
    assertEquals("45", chosen(found.get("a")));
    assertTrue(found.get("a").get("error").asText().contains("not finite"));
    assertEquals("23 32 23 14", chosen(found.get("b")));
    assertEquals("", chosen(found.get("c")));
    assertTrue(found.get("c").get("error").asText().contains("not finite"));
  }
}
