package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  private static Launch.Result bench(String options) {
    List<Object> words = new ArrayList<>(List.of("bench", "--model", MODEL));
    words.addAll(List.of((Object[]) options.split(" ", -1)));
    words.addAll(List.of("--repetitions", 2, "--warm-up", 0));
    return Launch.kvasir(words.toArray());
  }

  @Test
  void everyLayoutAndTestIsARow() throws IOException {
    Launch.Result result =
        bench("--prompt 70 --gen 3 --depth 0,20 --ranks 1,2 --threads 1,2 --output json");
    assertEquals(0, result.code(), result.err());
    JsonNode rows = new ObjectMapper().readTree(result.out());
    Set<String> seen = new HashSet<>();
    for (JsonNode row : rows) {
      String name = row.get("test").asText();
      seen.add(name + ", " + row.get("ranks") + " x " + row.get("threads"));
      assertTrue(row.get("tokens_per_second").asDouble() > 0, row.toString());
      assertTrue(row.get("sd").asDouble() >= 0, row.toString());
      assertEquals(2, row.get("samples").size());
      assertTrue(row.get("gb_share").asDouble() > 0, row.toString());
      assertEquals(name.contains("@") ? "synthetic" : "none", row.get("depth_fill").asText());
    }
    assertEquals(16, rows.size(), result.out());
    assertEquals(16, seen.size(), seen.toString());
    assertTrue(seen.contains("pp70 @ d20, 2 x 1") && seen.contains("tg3, 1 x 2"), seen.toString());
  }

  @Test
  void sequencesAreComputedTogetherAndHaveTheirOwnRows() throws IOException {
    Set<String> fingerprints = new HashSet<>();
    for (String layout : List.of("1 --threads 2", "3 --threads 1")) {
      Launch.Result result =
          bench(
              "--prompt 5 --gen 2 --depth 20 --sequences 1,3 --output jsonl --transport inprocess"
                  + " --ranks "
                  + layout);
      assertEquals(0, result.code(), result.err());
      List<String> names = new ArrayList<>();
      for (String line : result.out().lines().toList()) {
        JsonNode row = new ObjectMapper().readTree(line);
        names.add(row.get("test").asText());
        assertEquals(names.getLast().endsWith(" x 3") ? 3 : 1, row.get("sequences").asInt(), line);
        fingerprints.add(names.getLast() + row.get("fingerprint").asText());
      }
      assertEquals(List.of("pp5 @ d20", "tg2 @ d20", "pp5 @ d20 x 3", "tg2 @ d20 x 3"), names);
    }
    assertEquals(4, fingerprints.size(), fingerprints.toString());
  }

  @Test
  void aTableNamesLimitsAndHowDepthsWereFilled() {
    Launch.Result result = bench("--prompt 0 --gen 2 --depth 9 --threads 1 --memory");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("tg2 @ d9"), result.out());
    assertTrue(result.out().contains("peak MiB"), result.out());
    assertTrue(result.out().contains("limits measured first"), result.out());
    assertTrue(result.out().contains("synthetic KV"), result.out());
    Launch.Result computed = bench("--prompt 0 --gen 2 --depth 9 --fill prefill --output csv");
    assertTrue(computed.out().lines().count() == 2, computed.out());
    assertTrue(computed.out().contains(",prefill,"), computed.out());
  }

  @Test
  void everyLayoutComputesTheSameAndItsTimesAddUp() throws IOException {
    Set<String> fingerprints = new HashSet<>();
    for (String layout : List.of("1 --threads 2", "3 --threads 1", "5 --threads 1")) {
      Launch.Result result =
          bench(
              "--prompt 7 --gen 3 --depth 0,40 --output jsonl --transport inprocess --ranks "
                  + layout);
      assertEquals(0, result.code(), result.err());
      for (String line : result.out().lines().toList()) {
        JsonNode row = new ObjectMapper().readTree(line);
        fingerprints.add(row.get("test").asText() + " " + row.get("fingerprint").asText());
        assertEquals(row.get("ranks").asInt(), row.get("times").size());
        for (JsonNode rank : row.get("times")) {
          assertTrue(rank.get("compute").asDouble() > 0, line);
          assertTrue(rank.get("waiting").asDouble() >= 0, line);
        }
      }
    }
    assertEquals(4, fingerprints.size(), fingerprints.toString());
  }

  @Test
  void messagesAreHeldBackAsLongAsAsked() throws IOException {
    Launch.Result result =
        bench(
            "--prompt 0 --gen 2 --ranks 2 --threads 1 --transport inprocess --output json"
                + " --added-latency 2ms");
    assertEquals(0, result.code(), result.err());
    JsonNode row = new ObjectMapper().readTree(result.out()).get(0);
    assertTrue(row.get("link_latency_us").asDouble() >= 2000, row.toString());
    double least = 2 * row.get("messages_per_token").asDouble();
    assertTrue(row.get("exposed_ms_per_token").asDouble() >= least / 2, row.toString());
  }

  @Test
  void anotherVectorWidthIsAnotherJvmAndTheSameText() {
    Launch.Result wide = generate();
    Launch.Result narrow = generate("--vector-bits", "128");
    assertFalse(narrow.err().contains("incubator"), narrow.err());
    assertEquals(0, narrow.code(), narrow.err());
    assertEquals(wide.out(), narrow.out());
    Launch.Result bench = bench("--prompt 5 --gen 0 --threads 1 --vector-bits 128");
    assertTrue(bench.out().contains("vector-128"), bench.out());
  }

  private static Launch.Result generate(String... more) {
    List<Object> words =
        new ArrayList<>(List.of("generate", "--model", MODEL, "--tokens", "1,2,3"));
    words.addAll(List.of((Object[]) more));
    return Launch.kvasir(words.toArray());
  }
}
