package kvasir.lab.recall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.attention.AttentionKind;
import kvasir.cluster.Communicator;
import kvasir.cluster.SoloCommunicator;
import kvasir.cluster.local.LocalWorld;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.engine.Generator;
import kvasir.engine.sampling.ChoiceOptions;
import kvasir.engine.sampling.ChoiceRow;
import kvasir.kernel.VectorKernels;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import kvasir.text.Chat;
import kvasir.text.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests the shipped model against transformers, and its answers to questions. */
@Execution(ExecutionMode.CONCURRENT)
class DemoModelTest {
  private static final Path MODEL = Path.of("experiments/demo-model/model");
  private static final Path GOLDEN = Path.of("src/test/resources/golden/demo-model.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static EngineSettings settings(DType kv, int threads) {
    return new EngineSettings(
        MODEL,
        kv,
        AttentionKind.STREAMING,
        new VectorKernels(),
        threads,
        Binding.NONE,
        0,
        16,
        128,
        Distribution.DEFAULT);
  }

  @Test
  void itChoosesTransformersTokens() throws IOException {
    JsonNode cases = JSON.readTree(GOLDEN.toFile());
    assertTrue(cases.size() >= 6, "cases: " + cases.size());
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      for (JsonNode c : cases) {
        int[] ids = tokenizer.encode(c.get("text").asText());
        assertEquals(c.get("tokens").asInt(), ids.length);
        List<Integer> expected = new ArrayList<>();
        c.get("greedy").forEach(id -> expected.add(id.asInt()));
        String name = c.get("name").asText();
        assertEquals(expected, greedy(ids, DType.F32, expected.size()), name);
        if (!name.startsWith("continued")) {
          // Answers are certain. The continuation of a text is not, and may depend on the cache's
          // rounding.
          assertEquals(expected, greedy(ids, DType.BF16, expected.size()), name);
        }
      }
    }
  }

  private static List<Integer> greedy(int[] ids, DType kv, int count) {
    try (Engine engine =
        new Engine(
            settings(kv, 2), new SoloCommunicator(), new Activity(), ids.length + count, null)) {
      return new Generator(engine)
          .generate(
              ids,
              count,
              ChoiceRow.after(ids, ChoiceOptions.GREEDY, engine.config().vocabulary()),
              List.of(),
              token -> false,
              done -> {})
          .tokens();
    }
  }

  @Test
  void questionsOnADocumentReadOnceAreAnsweredAsIfReadAnewOnEveryLayout() {
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      Chat chat = Chat.of(tokenizer, "the demo model");
      TownExercise town = TownExercise.of(3, 700, chat);
      List<int[]> questions =
          IntStream.of(2, 9, 2)
              .mapToObj(i -> chat.question(town.facts().get(i).fact().question()))
              .toList();
      List<Reply> expected =
          questions.stream()
              .map(q -> ask(new SoloCommunicator(), town, List.of(q), chat).get(0))
              .toList();
      assertEquals(expected.get(0).logits(), expected.get(2).logits());
      for (int ranks = 1; ranks <= 7; ranks++) {
        List<Reply> replies =
            LocalWorld.run(
                    ranks, Duration.ofSeconds(60), world -> ask(world, town, questions, chat))
                .get(0);
        for (int i = 0; i < replies.size(); i++) {
          assertEquals(expected.get(i).text(), replies.get(i).text(), ranks + " ranks");
          assertEquals(expected.get(i).logits(), replies.get(i).logits(), ranks + " ranks");
        }
      }
    }
  }

  private static List<Reply> ask(
      Communicator world, TownExercise town, List<int[]> questions, Chat chat) {
    try (Engine engine = new Engine(settings(DType.BF16, 1), world, new Activity(), 900, null)) {
      Reading reading = new Reading(engine, chat, null);
      reading.read(
          new int[] {1, 2, 3}, done -> {}); // Another document, which the next one replaces.
      reading.read(town.turn().ids(), done -> {});
      return questions.stream().map(q -> reading.ask(q, 40, piece -> {})).toList();
    }
  }

  @Test
  void exercisesFillTheirLengthWithWholeSentences() {
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      for (int tokens : new int[] {64, 100, 511, 512, 2048, 5000}) {
        TownExercise town = TownExercise.of(11, tokens, Chat.of(tokenizer, "the demo model"));
        int length = town.turn().ids().length;
        assertTrue(length <= tokens && length > tokens - 60, length + " of " + tokens);
        assertTrue(town.turn().text().endsWith(".<|im_end|>\n"), town.turn().text());
        for (TownExercise.Placed placed : town.facts()) {
          Passage passage = Passage.find(town.turn(), placed.fact().answer()).orElseThrow();
          assertTrue(placed.token() <= passage.first(), placed + " " + passage);
          assertTrue(passage.last() - placed.token() < 60, placed + " " + passage);
        }
      }
    }
  }

  @Test
  void aPassageNamesTheTokensOfItsWords() {
    try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
      TownExercise town = TownExercise.of(12, 400, Chat.of(tokenizer, "the demo model"));
      Fact fact = town.facts().get(5).fact();
      Passage passage = Passage.find(town.turn(), fact.answer()).orElseThrow();
      int[] ids = Arrays.copyOfRange(town.turn().ids(), passage.first(), passage.last() + 1);
      String said = tokenizer.decode(ids).strip();
      assertTrue((said + ".").equalsIgnoreCase(fact.answer()), said);
    }
  }

  @Test
  void theModelIsSmallAndComplete() throws IOException {
    assertTrue(Files.size(MODEL.resolve("model.safetensors")) <= 12_000_000);
    JsonNode config = JSON.readTree(MODEL.resolve("config.json").toFile());
    assertEquals("Qwen3ForCausalLM", config.get("architectures").get(0).asText());
    List<String> files = new ArrayList<>();
    try (var listed = Files.list(MODEL)) {
      listed.map(file -> file.getFileName().toString()).sorted().forEach(files::add);
    }
    assertEquals(
        List.of(
            "config.json",
            "generation_config.json",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json"),
        files);
  }
}
