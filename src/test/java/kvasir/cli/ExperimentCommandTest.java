package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentCommandTest {
  private static final Path MODEL =
      Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
  private static final String TINY =
      """
      question = "Does it run?"
      kind = "threads-vs-processes"
      model = "%s"
      cores = 2
      transports = ["inprocess", "mpj"]
      prompt = [5]
      gen = [2]
      depth = [3]
      samples = 2
      repetitions = 1
      warm-up = "0"
      heap = "256m"
      """
          .formatted(MODEL);

  @TempDir Path folder;

  private Path define(String text) throws IOException {
    return Files.writeString(folder.resolve("tiny.toml"), text);
  }

  /** Runs an experiment in processes that measure limits with the least effort. */
  private Launch.Result run(Path file) {
    return Launch.run(
        "/usr/bin/env",
        "KVASIR_JVM_OPTS=" + BenchCommandTest.LEAST_EFFORT,
        Path.of("launch/kvasir").toAbsolutePath(),
        "experiment",
        "run",
        file,
        "--out",
        folder.resolve("out"));
  }

  private Launch.Result refused(Path file) {
    return Launch.here("experiment", "run", file, "--out", folder.resolve("out"));
  }

  private Map<Path, FileTime> runs() throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder.resolve("out/tiny/runs"))) {
      for (Path file : files.toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void aLoadIsMeasuredOnEachLayoutAndReported() throws IOException {
    String load =
        """
        question = "How many at a time?"
        kind = "serving-load"
        model = "%s"
        cores = 2
        transports = ["inprocess"]
        load = [1, 3]
        load-prompt = "3-20"
        load-gen = "2-5"
        load-requests = 4
        samples = 1
        repetitions = 1
        warm-up = "0"
        heap = "256m"
        """
            .formatted(MODEL);
    Launch.Result result = run(define(load));
    assertEquals(0, result.code(), result.err());
    Set<String> fingerprints = new HashSet<>();
    for (Path file : runs().keySet()) {
      JsonNode run = new ObjectMapper().readTree(file.toFile());
      assertEquals(2, run.get("rows").size(), run.toString());
      for (JsonNode row : run.get("rows")) {
        fingerprints.add(row.get("fingerprint").asText());
        assertEquals(4, row.get("latencies_ms").get("first_token").get("count").asInt());
      }
    }
    assertEquals(2, runs().size());
    assertEquals(2, fingerprints.size(), "one for each number of requests");
    Launch.Result report = Launch.here("experiment", "report", folder.resolve("out"));
    assertEquals(0, report.code(), report.err());
    String page = Files.readString(folder.resolve("out/report.html"));
    assertTrue(page.contains("<section id=\"load\">"), page);
  }

  @Test
  void everyArmIsMeasuredInTurnAndWhatIsThereIsNotMeasuredAgain() throws IOException {
    Path file = define(TINY);
    Launch.Result result = run(file);
    assertEquals(0, result.code(), result.err());
    for (String arm : List.of("1x2", "2x1-inprocess", "2x1-mpj")) {
      assertTrue(result.out().contains("| " + arm + " "), result.out());
    }
    Map<Path, FileTime> first = runs();
    assertEquals(3, first.size(), first.toString());
    assertRecordsAreWhole(first.keySet());

    Path lost = folder.resolve("out/tiny/runs/0-1x2.json");
    Files.delete(lost);
    assertEquals(0, run(file).code());
    Map<Path, FileTime> second = runs();
    assertEquals(first.keySet(), second.keySet());
    first.keySet().stream()
        .filter(path -> !path.equals(lost))
        .forEach(path -> assertEquals(first.get(path), second.get(path), path.toString()));

    Launch.Result other = refused(define(TINY.replace("gen = [2]", "gen = [3]")));
    assertEquals(2, other.code());
    assertTrue(other.err().contains("another definition"), other.err());
    Files.writeString(lost, "{\"round\": 0");
    Launch.Result damaged = refused(define(TINY));
    assertEquals(2, damaged.code());
    assertTrue(damaged.err().contains("0-1x2.json: is no whole result"), damaged.err());
    assertEquals(3, runs().size());
  }

  /** Machine, commit, placement, one fingerprint for each test, and times that add up. */
  private static void assertRecordsAreWhole(Set<Path> files) throws IOException {
    Set<String> fingerprints = new HashSet<>();
    for (Path file : files) {
      JsonNode run = new ObjectMapper().readTree(Files.readString(file));
      assertTrue(run.get("machine").get("processors").asInt() > 0);
      assertTrue(run.get("commit").asText().length() > 2, run.get("commit").asText());
      assertEquals("", run.get("failure").asText());
      assertEquals(2, run.get("rows").size());
      for (JsonNode row : run.get("rows")) {
        fingerprints.add(row.get("test").asText() + row.get("fingerprint").asText());
        assertEquals(row.get("ranks").asInt(), row.get("times").size());
        assertEquals(row.get("ranks").asInt(), row.get("places").size());
        assertTimesCoverTheStep(row);
      }
    }
    assertEquals(2, fingerprints.size(), fingerprints.toString());
  }

  private static void assertTimesCoverTheStep(JsonNode row) {
    double step = 0;
    for (JsonNode rate : row.get("samples")) {
      step += 1e3 / rate.asDouble() / row.get("samples").size();
    }
    for (JsonNode rank : row.get("times")) {
      double sum = 0;
      for (String part : List.of("compute", "idle", "pack", "merge", "transfer", "waiting", "gc")) {
        assertTrue(rank.get(part).asDouble() >= 0, rank.toString());
        sum += rank.get(part).asDouble();
      }
      assertTrue(sum >= 0.95 * step, sum + " ms of " + step + ": " + rank);
    }
  }

  @Test
  void anArmThatFailsIsAResultTooAndTheOthersGoOn() throws IOException {
    Path file =
        define(
            TINY.replace("cores = 2", "cores = 1")
                // 16 million token ids are larger than this heap, whatever the machine has.
                .replace("prompt = [5]", "prompt = [5, 16000000]")
                .replace("256m", "60m"));
    Launch.Result result = run(file);
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("| 1x1                      |         pp5 @ d3 |"));
    assertTrue(result.out().contains("failed: exit code 2: out of memory"), result.out());
  }

  @Test
  void whatAUserGetsWrongIsOneLine() throws IOException {
    Path hosts = folder.resolve("hosts");
    Launch.here("experiment", "run", "no-such-name").assertRefused("merge-topology, network");
    Launch.here("experiment").assertRefused("no command given");
    Launch.here("experiment", "run", define(TINY + "\nheat = 1\n"), "--out", folder)
        .assertRefused("line 14: unknown field 'heat'");
    Launch.here("experiment", "run", define(TINY), "--hosts", hosts, "--out", folder)
        .assertRefused("hosts");
    Launch.here("experiment", "run", define(TINY), "--model", "no-model", "--out", folder)
        .assertRefused("no-model");
    Launch.here("experiment", "run", define(TINY), "--out", define(TINY))
        .assertRefused("tiny.toml");
    Launch.here("experiment", "run", define(TINY), "--ranks", "0", "--out", folder)
        .assertRefused("ranks");
  }

  @Test
  void theListNamesEveryExperimentAndItsQuestion() {
    Launch.Result result = Launch.here("experiment", "list");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().lines().count() >= 10, result.out());
    assertTrue(result.out().lines().allMatch(line -> line.endsWith("?")), result.out());
  }
}
