package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import kvasir.file.TinyDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Batches that are interrupted, killed or run out of disk, and are run again on other ranks (B49).
 */
@Timeout(180)
class KilledBatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path MODEL = Path.of("experiments/demo-model/model").toAbsolutePath();
  private static final int LINES = 40;

  @TempDir Path folder;

  private Path output() {
    return folder.resolve("out.jsonl");
  }

  private Object[] words(Path output, Object... options) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add(
          "{\"id\": %d, \"tokens\": [%d, 80], \"max_tokens\": 100, \"ignore_eos\": true, \"logprobs\": 0}"
              .formatted(i, 3 + i));
    }
    Path input = folder.resolve("in.jsonl");
    Files.write(input, lines);
    List<Object> words = new ArrayList<>(List.of("batch", "--model", MODEL));
    words.addAll(List.of("--input", input, "--output", output, "--max-sequences", 2));
    words.addAll(List.of(options));
    return words.toArray();
  }

  /** Waits for some whole lines, and reads like anybody who follows the file. */
  private void awaitResults(FaultRun run, int results) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(output()) || wholeLines() < results) {
      assertTrue(run.launcher().isAlive() && System.nanoTime() < end, "results come");
      Thread.sleep(5);
    }
  }

  /** Returns the number of lines that end by LF, each of which must be a result. */
  private long wholeLines() throws IOException {
    String text = Files.readString(output(), StandardCharsets.UTF_8);
    String whole = text.substring(0, text.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      assertEquals(100, JSON.readTree(line).get("tokens").size());
    }
    return whole.lines().count();
  }

  private Map<Integer, JsonNode> tokens(Path file) throws IOException {
    Map<Integer, JsonNode> found = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode result = JSON.readTree(line);
      assertEquals(null, found.put(result.get("id").asInt(), result.get("tokens")), "twice");
    }
    return found;
  }

  @Test
  void anInterruptedBatchIsCompletedOnOtherRanks() throws Exception {
    try (FaultRun run = FaultRun.start("launch/kvasir", words(output(), "--ranks", 1))) {
      awaitResults(run, 1);
      FaultRun.Outcome outcome = run.signal("INT", run.launcher()).outcome();
      assertEquals(130, outcome.code(), outcome.err());
      assertDone(outcome);
    }
    assertTrue(wholeLines() < LINES, "the batch had ended before");
    try (FaultRun run = FaultRun.start("launch/kvasir", words(output(), "--ranks", 3))) {
      awaitResults(run, 7);
      FaultRun.Outcome outcome = run.kill(run.rank(1)).outcome();
      outcome.assertEnded(3, "rank 1 on ");
      assertTrue(outcome.err().contains(" while computing steps of a batch"), outcome.err());
      assertDone(outcome);
    }
    try (FaultRun run = FaultRun.start("launch/kvasir", words(output(), "--ranks", 2))) {
      awaitResults(run, 12);
      assertEquals(137, run.kill(run.launcher()).outcome().code());
    }
    long before = wholeLines();
    assertTrue(before < LINES, "the batch had ended before");
    Launch.Result rest = Launch.here(words(output(), "--ranks", 1));
    assertEquals(0, rest.code(), rest.err());
    assertTrue(rest.err().contains("; " + before + " were there before"), rest.err());
    Path undisturbed = folder.resolve("undisturbed");
    assertEquals(0, Launch.here(words(undisturbed)).code());
    assertEquals(tokens(undisturbed), tokens(output()));
    assertEquals(LINES, tokens(output()).size());
  }

  /** One line says how many results there are, and what to do. */
  private void assertDone(FaultRun.Outcome outcome) {
    List<String> notes =
        outcome.err().lines().filter(line -> line.contains(" results are in ")).toList();
    assertEquals(1, notes.size(), outcome.err());
    assertTrue(
        notes.getFirst().matches("kvasir: [0-9]+ results are in .*; the same command .*"),
        notes.getFirst());
  }

  @Test
  void aFullDiskIsALineAndLeavesWholeResults() throws IOException {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    try (TinyDisk tiny = TinyDisk.on(disk)) {
      Path output = disk.resolve("out.jsonl");
      Launch.Result result = Launch.kvasir(words(output));
      assertEquals(2, result.code(), result.err());
      assertEquals(1, result.errors().size(), result.err());
      assertTrue(result.errors().getFirst().contains("No space left on device"), result.err());
      String text = Files.readString(output);
      assertTrue(text.endsWith("\n"), "a torn line");
      assertTrue(tokens(output).size() < LINES);
      assertEquals(List.of(output), tiny.entries());
    }
  }
}
