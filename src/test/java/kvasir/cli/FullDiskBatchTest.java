package kvasir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kvasir.file.TinyDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batch whose disk is full (B49). */
@Timeout(600)
class FullDiskBatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path MODEL = Path.of("experiments/demo-model/model").toAbsolutePath();
  private static final int LINES = 40;

  @TempDir Path folder;

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

  private Map<Integer, JsonNode> tokens(Path file) throws IOException {
    Map<Integer, JsonNode> found = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode result = JSON.readTree(line);
      assertEquals(null, found.put(result.get("id").asInt(), result.get("tokens")), "twice");
    }
    return found;
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
