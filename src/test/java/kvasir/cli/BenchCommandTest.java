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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  private static final String PROPERTY = "kvasir.limits.least";

  /** JVM option with which limits are measured with the least effort. */
  static final String LEAST_EFFORT = "-D" + PROPERTY + "=true";

  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();

  private static Launch.Result bench(String options) {
    List<Object> words = new ArrayList<>(List.of("bench", "--model", MODEL));
    words.addAll(List.of((Object[]) options.split(" ", -1)));
    words.addAll(List.of("--repetitions", 2, "--warm-up", 0));
    return Launch.here(words.toArray());
  }

  /** Runs in processes of their own. */
  private static Launch.Result launched(String options) {
    List<Object> words = new ArrayList<>();
    words.addAll(
        List.of("KVASIR_JVM_OPTS=" + LEAST_EFFORT, Path.of("launch/kvasir").toAbsolutePath()));
    words.addAll(List.of("bench", "--model", MODEL, "--repetitions", 2, "--warm-up", 0));
    words.addAll(List.of((Object[]) options.split(" ", -1)));
    return Launch.run("/usr/bin/env", words.toArray());
  }

  @BeforeAll
  static void measureLimitsWithLeastEffort() {
    System.setProperty(PROPERTY, "true");
  }

  @AfterAll
  static void measureLimitsAsAlways() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void everyLayoutAndTestIsARow() throws IOException {
    Launch.Result result =
        launched("--prompt 70 --gen 3 --depth 0,20 --ranks 1,2 --threads 1 --output json");
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
    assertEquals(8, rows.size(), result.out());
    assertEquals(8, seen.size(), seen.toString());
    assertTrue(seen.contains("pp70 @ d20, 2 x 1") && seen.contains("tg3, 1 x 1"), seen.toString());
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

  @ParameterizedTest
  @ValueSource(strings = {"1 --threads 2", "2 --threads 1 --transport inprocess"})
  void loadsHaveThePercentilesOfTheRequestsThatWereAskedFor(String layout) throws IOException {
    Launch.Result result =
        bench(
            "--load 1,3 --load-prompt 3-20 --load-gen 5 --load-requests 4 --output jsonl --ranks "
                + layout);
    assertEquals(0, result.code(), result.err());
    List<String> names = new ArrayList<>();
    for (String line : result.out().lines().toList()) {
      JsonNode row = new ObjectMapper().readTree(line);
      names.add(row.get("test").asText());
      assertEquals(names.size() == 1 ? 1 : 3, row.get("sequences").asInt(), line);
      JsonNode latencies = row.get("latencies_ms");
      // Two timed runs, in each of which four requests generate five tokens.
      assertEquals(2 * 4, latencies.get("first_token").get("count").asInt(), line);
      assertEquals(2 * 4 * 4, latencies.get("between_tokens").get("count").asInt(), line);
      assertTrue(latencies.get("between_tokens").get("p99").asDouble() > 0, line);
      assertTrue(row.get("tokens_per_second").asDouble() > 0, line);
    }
    assertEquals(List.of("load1 pp3-20 tg5 x 4", "load3 pp3-20 tg5 x 4"), names);
  }

  @Test
  void aPromptBesideOthersIsComparedWithThePromptAlone() {
    Launch.Result result = bench("--prompt 60 --beside 2 --depth 9 --threads 1");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("| pp60 beside 2 @ d9 "), result.out());
    assertTrue(result.out().contains("between tokens beside prompt"), result.out());
    assertTrue(result.out().contains("times that before the prompt"), result.out());
    Launch.Result csv = bench("--prompt 60 --beside 2 --gen 2 --threads 1 --output csv");
    List<String> lines = csv.out().lines().toList();
    assertEquals(3, lines.size(), csv.out() + csv.err());
    assertTrue(lines.getFirst().contains(",prompt_beside_p50_ms,"), csv.out());
    assertEquals(lines.getFirst().split(",").length, lines.get(1).split(",", -1).length, csv.out());
    assertTrue(lines.get(1).contains(",tg2,") && lines.get(1).endsWith(",,,"), csv.out());
  }

  @Test
  void requestsThatTheContextDoesNotHoldAreRefused() {
    Launch.Result load = bench("--load 2 --load-prompt 100-120 --load-gen 20");
    assertEquals(2, load.code());
    assertTrue(load.err().contains("140 tokens, but the model's context has 128"), load.err());
    Launch.Result arrival = bench("--beside 2 --prompt 129");
    assertEquals(2, arrival.code());
    assertTrue(arrival.err().contains("129 tokens, but"), arrival.err());
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
          // Time of garbage collection is taken from that of computing, which may be shorter.
          assertTrue(rank.get("compute").asDouble() + rank.get("gc").asDouble() > 0, line);
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
    Launch.Result wide = Launch.here(generate());
    Launch.Result narrow = Launch.kvasir(generate("--vector-bits", "128"));
    assertFalse(narrow.err().contains("incubator"), narrow.err());
    assertEquals(0, narrow.code(), narrow.err());
    assertEquals(wide.out(), narrow.out());
    Launch.Result bench =
        Launch.kvasir(
            (Object[])
                ("bench --model %s --prompt 5 --gen 0 --threads 1 --vector-bits 128"
                        + " --repetitions 1 --warm-up 0")
                    .formatted(MODEL)
                    .split(" ", -1));
    assertTrue(bench.out().contains("vector-128"), bench.out());
  }

  private static Object[] generate(String... more) {
    List<Object> words =
        new ArrayList<>(List.of("generate", "--model", MODEL, "--tokens", "1,2,3"));
    words.addAll(List.of((Object[]) more));
    return words.toArray();
  }
}
