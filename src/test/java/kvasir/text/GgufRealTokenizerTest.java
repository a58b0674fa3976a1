package kvasir.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static kvasir.text.GgufVocabulary.KEY;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import kvasir.GgufBytes;
import kvasir.SharedData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers of GGUF files against the ids that other programs give for them (G46, G51). */
class GgufRealTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static int[] ids(JsonNode list) {
    return JSON.convertValue(list, int[].class);
  }

  @Test
  void llamaQuantizesFilesGiveTheIdsOfTheirTokenizerJson() throws IOException {
    Path golden = SharedData.path("gguf-golden");
    JsonNode cases = JSON.readTree(golden.resolve("tokenizer_golden.json").toFile()).get("cases");
    try (Tokenizer tokenizer = Tokenizer.open(golden.resolve("tiny-qwen3-Q4_0.gguf"))) {
      for (JsonNode c : cases) {
        String text = c.get("text").asText();
        assertArrayEquals(ids(c.get("ids")), tokenizer.encode(text), c.toString());
      }
      assertEquals(35, cases.size());
    }
  }

  @Test
  void storiesTokensAreTheTextOfLlama2() throws IOException {
    Path stories = SharedData.path("stories260k");
    JsonNode expected = JSON.readTree(stories.resolve("llama2c_expected.json").toFile());
    int[] all = ids(expected.get("greedy_ids_including_bos_verified_by_numpy"));
    try (Tokenizer tokenizer = Tokenizer.open(stories.resolve("stories260K.gguf"))) {
      assertArrayEquals(Arrays.copyOf(all, 5), tokenizer.encode("Once upon a time"));
      String text = tokenizer.decode(all);
      assertTrue(text.startsWith(expected.get("expected_text").asText()), text);
    }
  }

  @Test
  void qwensVocabularyGivesTheIdsOfLlamaCppAndTransformers() throws IOException {
    Path vectors = SharedData.path("qwen-tokenizer-vectors");
    Path file = qwen(SharedData.path("qwen3-tokenizer").resolve("tokenizer.json"));
    int compared = 0;
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      String[] texts =
          Files.readString(vectors.resolve("ggml-vocab-qwen2.gguf.inp"))
              .split("\n__ggml_vocab_test__\n", -1);
      // The last text is empty.
      String[] lines =
          Files.readString(vectors.resolve("ggml-vocab-qwen2.gguf.out")).split("\n", -1);
      for (int i = 0; i < texts.length; i++) {
        String ids =
            Arrays.stream(tokenizer.encode(texts[i]))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" "));
        assertEquals(lines[i].strip(), ids, "case " + i + ": " + texts[i]);
        compared++;
      }
      for (JsonNode cases :
          List.of(
              JSON.readTree(vectors.resolve("hf_transformers_qwen2_cases.json").toFile())
                  .get("cases"),
              JSON.readTree(vectors.resolve("transformersjs_qwen2_cases.json").toFile()))) {
        for (JsonNode c : cases) {
          String text = c.get("text").asText();
          assertArrayEquals(ids(c.get("ids")), tokenizer.encode(text), c.toString());
          compared++;
        }
      }
    }
    assertEquals(75, compared);
  }

  /** Writes a byte-level tokenizer.json as the metadata that llama.cpp's converter writes. */
  private Path qwen(Path tokenizer) throws IOException {
    JsonNode root = JSON.readTree(tokenizer.toFile());
    JsonNode model = root.get("model");
    JsonNode added = root.get("added_tokens");
    List<byte[]> tokens =
        new ArrayList<>(Collections.nCopies(model.get("vocab").size() + added.size(), new byte[0]));
    int[] kinds = new int[tokens.size()];
    Arrays.fill(kinds, 1);
    model
        .get("vocab")
        .properties()
        .forEach(entry -> tokens.set(entry.getValue().asInt(), entry.getKey().getBytes(UTF_8)));
    for (JsonNode token : added) {
      int id = token.get("id").asInt();
      tokens.set(id, token.get("content").asText().getBytes(UTF_8));
      kinds[id] =
          token.get("special").asBoolean() ? GgufVocabulary.CONTROL : GgufVocabulary.USER_DEFINED;
    }
    List<byte[]> merges = new ArrayList<>();
    for (JsonNode merge : model.get("merges")) {
      String line =
          merge.isTextual() ? merge.asText() : merge.get(0).asText() + " " + merge.get(1).asText();
      merges.add(line.getBytes(UTF_8));
    }
    return new GgufBytes()
        .text(KEY + "model", "gpt2")
        .text(KEY + "pre", "qwen2")
        .texts(KEY + "tokens", tokens)
        .integers(KEY + "token_type", kinds)
        .texts(KEY + "merges", merges)
        .flag(KEY + "add_bos_token", false)
        .write(folder.resolve("qwen3.gguf"));
  }
}
