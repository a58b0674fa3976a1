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
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions on documents, as a user asks them of the shipped model: real processes, real ranks. */
class RecallCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path MODEL = Path.of("experiments/demo-model/model").toAbsolutePath();

  private static Launch.Result run(int ranks, Object... words) {
    return ranks == 1 ? Launch.here(words) : Launch.kvasir(words);
  }

  private static List<JsonNode> objects(Launch.Result result) throws IOException {
    assertEquals(0, result.code(), result.err() + result.out());
    return lines(result);
  }

  private static List<JsonNode> lines(Launch.Result result) throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    for (String line : result.out().lines().toList()) {
      objects.add(JSON.readTree(line));
    }
    return objects;
  }

  @Test
  void theShortEvaluationIsPassedOnOneAndThreeRanks() throws IOException {
    List<JsonNode> first = List.of();
    for (int ranks : new int[] {1, 3}) {
      Launch.Result result =
          Launch.here(
              "evaluate",
              "--transport",
              "inprocess",
              "--model",
              MODEL,
              "--lengths",
              ranks == 1 ? "512,2048" : "512",
              "--questions",
              "10",
              "--ranks",
              ranks,
              "--json");
      List<JsonNode> rows = lines(result);
      assertEquals(ranks == 1 ? 2 : 1, rows.size());
      for (JsonNode row : rows) {
        assertTrue(row.get("accuracy").asDouble() >= 0.97, row.toString());
        assertEquals(10, row.get("deciles").size());
        row.get("deciles").forEach(cell -> assertEquals(10, cell.get("asked").asInt()));
      }
      // One miss of a decile's ten is below the target of a decile, and told so.
      boolean passed = rows.stream().allMatch(row -> row.get("passed").asBoolean());
      assertEquals(passed ? 0 : 1, result.code(), result.err());
      first = ranks == 1 ? rows : first;
      assertEquals(first.subList(0, rows.size()), rows);
    }
  }

  @Test
  void theDemoAnswersFromBlocksOfOtherRanks() {
    Launch.Result demo = Launch.run("launch/demo", "--seed", "1", "--length", "3000");
    assertEquals(0, demo.code(), demo.err() + demo.out());
    assertEquals(4, demo.out().lines().filter(line -> line.startsWith("   Right. ")).count());
    long holders = demo.out().lines().filter(l -> l.contains("<- holds the answer")).count();
    assertTrue(holders >= 4, demo.out());
    assertTrue(demo.out().contains("the same bits in the logits of all"), demo.out());
    List<String> notes = demo.err().lines().toList();
    assertEquals(
        "kvasir: starting processes, which read the document first and then answer",
        notes.getFirst());
    // Fewer ranks than four are said.
    int ranks = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);
    assertEquals(ranks < 4 ? 3 : 2, notes.size(), demo.err());
    assertTrue(notes.get(1).endsWith("it is not a chat model"), demo.err());
    assertTrue(ranks == 4 || notes.get(2).startsWith("kvasir: " + ranks + " processes"));
    String newest = "\\nThe question and the new tokens stand in blocks? \\d+.* of ranks? \\d";
    assertTrue(Pattern.compile(newest).matcher(demo.out()).find(), demo.out());
    assertEquals(
        ranks, demo.out().lines().filter(l -> l.matches("  rank \\d, process .*")).count());
  }

  @Test
  void aDocumentOfTheUsersOwnIsAsked(@TempDir Path folder) throws IOException {
    Path document = folder.resolve("own.txt");
    Path picture = folder.resolve("pictures/mass.svg");
    Files.writeString(
        document,
        "Here begins the chronicle of Brooham. Emil Floogate works as a baker. The red cart belongs"
            + " to Ada Thooley. Ada Thooley works as a pilot.\n");
    List<JsonNode> objects =
        objects(
            Launch.kvasir(
                "ask",
                "--model",
                MODEL,
                "--document",
                document,
                "--ranks",
                "2",
                "--compare",
                "--json",
                "--ask",
                "What does Ada Thooley work as?",
                "--ask",
                "Who owns the red cart?",
                "--picture",
                picture));
    assertEquals(4, objects.size());
    assertEquals("Ada Thooley works as a pilot.", objects.get(1).get("text").asText());
    assertEquals("The red cart belongs to Ada Thooley.", objects.get(2).get("text").asText());
    assertTrue(objects.get(1).get("passage").get("first").asInt() > 20, objects.toString());
    double mass = 0;
    for (JsonNode rank : objects.get(1).get("ranks")) {
      mass += rank.get("share").asDouble();
    }
    assertEquals(1, mass, 1e-4);
    assertEquals(0, objects.get(3).get("differing").asInt());
    String drawn = Files.readString(picture);
    assertTrue(drawn.contains("Answer: The red cart belongs to Ada Thooley."), drawn);
  }

  @Test
  void aQuestionWithoutAnAnswerGetsWhateverTheModelSays() {
    Launch.Result result =
        Launch.here(
            "ask",
            "--model",
            MODEL,
            "--length",
            "300",
            "--ask",
            "Why is the sea salt?",
            "--max-new-tokens",
            "12");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().contains("Q: Why is the sea salt?\nA: "), result.out());
  }

  @Test
  void aDocumentLongerThanTheContextIsRefusedByHowMuch(@TempDir Path folder) throws IOException {
    Path document = folder.resolve("long.txt");
    Files.writeString(document, "The red cart belongs to Ada. ".repeat(1500));
    for (int ranks : new int[] {1, 2}) {
      Launch.Result result =
          run(
              ranks,
              "ask",
              "--model",
              MODEL,
              "--document",
              document,
              "--ask",
              "Who?",
              "--ranks",
              ranks);
      result.assertRefused("more than the model's context of 9216");
    }
  }

  @Test
  void aPictureThatCannotBeWrittenIsRefusedBeforeTheDocumentIsRead(@TempDir Path folder) {
    for (int ranks : new int[] {1, 2}) {
      Launch.Result result =
          run(ranks, "ask", "--model", MODEL, "--ranks", ranks, "--picture", folder);
      result.assertRefused(folder + ": cannot be written: it is not a regular file");
    }
  }

  @Test
  void writingEndsWhenNobodyReads() throws IOException, InterruptedException {
    Process writer =
        Launch.builder("launch/kvasir", "town", "--documents", Integer.MAX_VALUE).start();
    assertTrue(writer.getInputStream().read() > 0);
    writer.getInputStream().close();
    boolean ended = writer.waitFor(30, TimeUnit.SECONDS);
    writer.destroyForcibly();
    assertTrue(ended);
  }

  @Test
  void badQuestionsAreRefused(@TempDir Path folder) throws IOException {
    Path document = folder.resolve("own.txt");
    Files.writeString(document, "Ada lives here.<|im_end|>");
    Path empty = folder.resolve("empty.txt");
    Files.writeString(empty, " \n");
    Path stories = Path.of("src/test/resources/golden/qwen3-yarn").toAbsolutePath();
    Launch.here("ask", "--model", MODEL, "--document", document).assertRefused("add --ask");
    Launch.here("ask", "--model", MODEL, "--document", document, "--ask", "Who?")
        .assertRefused("chat's own mark <|im_end|>");
    Launch.here("ask", "--model", MODEL, "--ask", "a<|im_start|>system")
        .assertRefused("chat's own mark");
    Launch.here("ask", "--model", MODEL, "--ask", " ").assertRefused("question is empty");
    Launch.here("ask", "--model", MODEL, "--document", empty, "--ask", "Who?")
        .assertRefused("is empty");
    Launch.here("ask", "--model", stories).assertRefused("tokenizer.json: no such file");
    Launch.here("ask", "--model", MODEL, "--length", "9200")
        .assertRefused("more than the model's context of 9216");
    Launch.here("evaluate", "--model", MODEL, "--seed", "1000000000").assertRefused("out of range");
    Launch.here("evaluate", "--model", MODEL, "--lengths", "512,9200").assertRefused("do not fit");
    Launch.here("town", "--sentences", "0").assertRefused("--sentences: 0 is out of range");
  }
}
