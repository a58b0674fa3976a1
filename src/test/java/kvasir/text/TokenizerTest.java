package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Random;
import kvasir.SharedData;
import kvasir.error.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class TokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void theRealQwenVocabularyGivesLlamaCppsIds() throws IOException {
    Path vectors = SharedData.path("qwen-tokenizer-vectors");
    String separator = "\n__ggml_vocab_test__\n";
    String[] texts =
        Files.readString(vectors.resolve("ggml-vocab-qwen2.gguf.inp")).split(separator, -1);
    String[] ids = Files.readString(vectors.resolve("ggml-vocab-qwen2.gguf.out")).split("\n", -1);
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("qwen3-tokenizer"))) {
      int compared = 0;
      for (int i = 0; i + 1 < texts.length; i++) {
        int[] expected =
            Arrays.stream(ids[i].strip().split(" ", -1))
                .filter(s -> !s.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        assertArrayEquals(expected, tokenizer.encode(texts[i]), "case " + i + ": " + texts[i]);
        compared++;
      }
      assertTrue(compared >= 40, "compared " + compared);
    }
  }

  @Test
  void theRealQwenVocabularyGivesTransformersIds() throws IOException {
    Path vectors = SharedData.path("qwen-tokenizer-vectors");
    JsonNode python =
        JSON.readTree(vectors.resolve("hf_transformers_qwen2_cases.json").toFile()).get("cases");
    JsonNode javascript =
        JSON.readTree(vectors.resolve("transformersjs_qwen2_cases.json").toFile());
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("qwen3-tokenizer"))) {
      for (JsonNode cases : new JsonNode[] {python, javascript}) {
        for (JsonNode c : cases) {
          int[] expected = JSON.convertValue(c.get("ids"), int[].class);
          assertArrayEquals(expected, tokenizer.encode(c.get("text").asText()), c.toString());
        }
      }
    }
  }

  private static String incrementally(Tokenizer tokenizer, int[] context, int[] ids) {
    IncrementalDecoder decoder = IncrementalDecoder.of(tokenizer, context);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }
    return text.append(decoder.finish()).toString();
  }

  @Test
  void piecesAddUpToTheWholeText() {
    String text = "Grüße, 世界! 👩‍👩‍👧 café \n\t naïve 🎉🎉 end";
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("qwen3-tokenizer"))) {
      int[] ids = tokenizer.encode(text);
      assertEquals(text, incrementally(tokenizer, new int[0], ids));
      for (int cut = 1; cut < ids.length; cut++) {
        int[] head = Arrays.copyOf(ids, cut);
        if (tokenizer.decode(head).endsWith("\uFFFD")) {
          continue; // A context that ends inside a character.
        }
        int[] tail = Arrays.copyOfRange(ids, cut, ids.length);
        assertEquals(
            text, tokenizer.decode(head) + incrementally(tokenizer, head, tail), "cut " + cut);
      }
    }
  }

  @Test
  void noPieceEndsInsideACharacter() {
    Random random = new Random(11);
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("qwen3-tokenizer"))) {
      for (int round = 0; round < 50; round++) {
        StringBuilder text = new StringBuilder();
        random
            .ints(12, 0x20, 0x2ffff)
            .filter(Character::isDefined)
            .filter(c -> c < 0xd800 || c > 0xf8ff)
            .forEach(text::appendCodePoint);
        int[] ids = tokenizer.encode(text.toString());
        assertEquals(tokenizer.decode(ids), incrementally(tokenizer, new int[0], ids));
      }
    }
  }

  @Test
  void aContinuationKeepsItsLeadingSpace() {
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("tinystories-656k"))) {
      int[] ids = tokenizer.encode("Once upon a time there was a dog");
      int[] head = Arrays.copyOf(ids, 6);
      String tail = incrementally(tokenizer, head, Arrays.copyOfRange(ids, 6, ids.length));
      assertEquals("Once upon a time there was a dog", tokenizer.decode(head) + tail);
      assertEquals(1, ids[0]);
    }
  }

  @Test
  void longTextIsNotCut() {
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("tinystories-656k"))) {
      assertTrue(tokenizer.encode("word ".repeat(60_000)).length > 60_000);
    }
  }

  @Test
  void whatIsNoTokenizerIsRefused(@TempDir Path directory) throws IOException {
    assertThrows(UserError.class, () -> Tokenizer.open(directory));
    Files.writeString(directory.resolve("tokenizer.json"), "{\"model\":1}");
    assertThrows(UserError.class, () -> Tokenizer.open(directory));
  }

  @Test
  void everyTokenKnowsItsPlaceInTheText() {
    String text = "Zoë 🦊🦊 says naïve 中文 <|im_end|> twice.\n\n  ok";
    try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("qwen3-tokenizer"))) {
      EncodedText encoded = tokenizer.encodeWithPlaces(text);
      assertArrayEquals(tokenizer.encode(text), encoded.ids());
      assertEquals(0, encoded.starts()[0]);
      for (String word : new String[] {"Zoë", " says", " 中文", "<|im_end|>", " twice", " ok"}) {
        int at = text.indexOf(word);
        int token = encoded.tokenAt(at);
        assertEquals(at, encoded.starts()[token], word);
        // Decoding the tokens before gives the text before, without special tokens.
        String before = tokenizer.decode(Arrays.copyOf(encoded.ids(), token));
        assertEquals(text.substring(0, at).replace("<|im_end|>", ""), before, word);
      }
    }
  }

  @Test
  void marksOfChatsAreOneToken() {
    try (Tokenizer qwen = Tokenizer.open(SharedData.path("qwen3-tokenizer"));
        Tokenizer stories = Tokenizer.open(SharedData.path("tinystories-656k"))) {
      assertEquals(OptionalInt.of(151644), qwen.oneToken("<|im_start|>"));
      assertEquals(OptionalInt.empty(), stories.oneToken("<|im_start|>"));
      assertEquals(OptionalInt.empty(), qwen.oneToken("<|im_start|>a"));
    }
  }
}
