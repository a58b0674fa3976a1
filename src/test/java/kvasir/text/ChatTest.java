package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import kvasir.EditedModel;
import kvasir.attention.AttentionKind;
import kvasir.cluster.SoloCommunicator;
import kvasir.engine.Distribution;
import kvasir.engine.Engine;
import kvasir.engine.EngineSettings;
import kvasir.error.UserError;
import kvasir.kernel.VectorKernels;
import kvasir.lab.recall.Reading;
import kvasir.lab.recall.Reply;
import kvasir.lab.recall.TownExercise;
import kvasir.measure.Activity;
import kvasir.team.Binding;
import kvasir.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Tests the turns of a chat with tokenizers that add tokens and configurations that name other
 * ends.
 */
@Execution(ExecutionMode.CONCURRENT)
class ChatTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model");
  private static final int TURN_END = 2;

  @TempDir Path folder;

  // T5
  /** Tests configured ends with another id, with one that spells a text, and without any id. */
  @Test
  void theTokenThatEndsATurnEndsTheAnswerWhateverTheConfigurationSays() {
    List<List<Integer>> configured = List.of(List.of(2), List.of(0, 16), List.of());
    Reply expected = null;
    for (int i = 0; i < configured.size(); i++) {
      List<Integer> ends = configured.get(i);
      Path model =
          EditedModel.copy(DEMO, folder.resolve("model-" + i))
              .config(config -> setEnds(config, ends))
              .json("generation_config.json", config -> setEnds(config, ends))
              .folder();
      Reply reply = ask(model);
      assertEquals(TURN_END, reply.tokens().getLast());
      assertTrue(reply.text().endsWith("."), reply.text());
      expected = expected == null ? reply : expected;
      assertEquals(expected.tokens(), reply.tokens(), ends.toString());
      assertEquals(expected.text(), reply.text(), ends.toString());
    }
  }

  private static void setEnds(ObjectNode config, List<Integer> ends) {
    config.remove("eos_token_id");
    if (!ends.isEmpty()) {
      ends.forEach(config.putArray("eos_token_id")::add);
    }
  }

  private static Reply ask(Path model) {
    EngineSettings settings =
        new EngineSettings(
            model,
            DType.BF16,
            AttentionKind.STREAMING,
            new VectorKernels(),
            1,
            Binding.NONE,
            0,
            16,
            128,
            Distribution.DEFAULT);
    try (Tokenizer tokenizer = Tokenizer.open(model);
        Engine engine = new Engine(settings, new SoloCommunicator(), new Activity(), 400, null)) {
      Chat chat = Chat.of(tokenizer, "the model");
      TownExercise town = TownExercise.of(3, 200, chat);
      Reading reading = new Reading(engine, chat, null);
      reading.read(town.turn().ids(), done -> {});
      String question = town.facts().getFirst().fact().question();
      return reading.ask(chat.question(question), 64, piece -> {});
    }
  }

  // T6
  /** Tests tokenizers that add tokens before and after a text: turns have none of them. */
  @Test
  void turnsAreEncodedWithoutWhatTheTokenizerAdds() {
    Path model =
        EditedModel.copy(DEMO, folder.resolve("around"))
            .json("tokenizer.json", ChatTest::surround)
            .folder();
    try (Tokenizer plain = Tokenizer.open(DEMO);
        Tokenizer adding = Tokenizer.open(model)) {
      assertArrayEquals(new int[] {0, 67, 0}, adding.encode("a"));
      Chat expected = Chat.of(plain, "the model");
      Chat chat = Chat.of(adding, "the model");
      assertArrayEquals(expected.question("Who?"), chat.question("Who?"));
      assertArrayEquals(expected.system("Ada.").ids(), chat.system("Ada.").ids());
      assertArrayEquals(expected.system("Ada.").starts(), chat.system("Ada.").starts());
      assertEquals(1, chat.question("Who?")[0]);
    }
  }

  private static void surround(ObjectNode tokenizer) {
    ObjectNode template = tokenizer.putObject("post_processor").put("type", "TemplateProcessing");
    for (String form : List.of("single", "pair")) {
      for (String part : List.of("SpecialToken", "Sequence", "SpecialToken")) {
        String id = part.equals("Sequence") ? "A" : "<|endoftext|>";
        template.withArray(form).addObject().putObject(part).put("id", id).put("type_id", 0);
      }
    }
    template.withArray("pair").addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    ObjectNode special = template.putObject("special_tokens").putObject("<|endoftext|>");
    special.put("id", "<|endoftext|>");
    special.putArray("ids").add(0);
    special.putArray("tokens").add("<|endoftext|>");
  }

  // T6
  /** Tests each special token, including one that is found only after the text is normalised. */
  @Test
  void textsWithASpecialTokenOfAnyKindAreRefusedByItsName() {
    Path model =
        EditedModel.copy(DEMO, folder.resolve("normalizing"))
            .json(
                "tokenizer.json",
                tokenizer -> {
                  tokenizer.putObject("normalizer").put("type", "Lowercase");
                  ((ObjectNode) tokenizer.get("added_tokens").get(0)).put("normalized", true);
                })
            .folder();
    try (Tokenizer tokenizer = Tokenizer.open(model)) {
      Chat chat = Chat.of(tokenizer, "the model");
      for (String mark : List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>")) {
        UserError refused =
            assertThrows(UserError.class, () -> chat.requirePlain("--ask", "Who " + mark + "?"));
        assertTrue(refused.getMessage().contains(mark), refused.getMessage());
      }
      UserError capitals =
          assertThrows(UserError.class, () -> chat.requirePlain("--ask", "Who <|ENDOFTEXT|>?"));
      assertTrue(capitals.getMessage().contains("<|endoftext|>"), capitals.getMessage());
      assertEquals("Who <|is|> it?", chat.requirePlain("--ask", "Who <|is|> it?"));
    }
  }
}
