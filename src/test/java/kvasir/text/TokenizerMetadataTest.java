package kvasir.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kvasir.SharedData;
import kvasir.error.UserError;
import kvasir.file.StrictJson;
import kvasir.file.gguf.GgufFile;
import kvasir.file.gguf.GgufMetadata;
import kvasir.file.gguf.GgufWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tokenizer.json as metadata, against the metadata that gguf-py wrote of the same one. */
class TokenizerMetadataTest {
  @TempDir Path directory;

  private GgufMetadata written(int rows) {
    Path file = directory.resolve("m.gguf");
    GgufWriter writer = new GgufWriter();
    assertTrue(TokenizerMetadata.add(writer, directory, rows, List.of(1, 0)));
    writer.write(file);
    return GgufFile.read(file).metadata();
  }

  private static List<String> texts(GgufMetadata metadata, String key) {
    return metadata.texts("tokenizer.ggml." + key).orElseThrow().stream()
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void isThatOfGgufPy() throws IOException {
    Path golden = SharedData.path("gguf-golden");
    for (String name : List.of("tokenizer.json", "chat_template.jinja")) {
      Files.copy(golden.resolve(name), directory.resolve(name));
    }
    GgufMetadata expected = GgufFile.read(golden.resolve("tiny-qwen3-Q8_0.gguf")).metadata();
    GgufMetadata actual = written(640);
    for (String key : List.of("tokens", "merges")) {
      assertEquals(texts(expected, key), texts(actual, key), key);
    }
    assertArrayEquals(
        expected.integers("tokenizer.ggml.token_type").orElseThrow(),
        actual.integers("tokenizer.ggml.token_type").orElseThrow());
    for (String key : List.of("tokenizer.ggml.model", "tokenizer.ggml.pre")) {
      assertEquals(expected.text(key), actual.text(key), key);
    }
    assertEquals(expected.text("tokenizer.chat_template"), actual.text("tokenizer.chat_template"));
    assertEquals(false, actual.flag("tokenizer.ggml.add_bos_token").orElseThrow());
    assertEquals(1, actual.integer("tokenizer.ggml.eos_token_id").orElseThrow());
    assertEquals(0, actual.integer("tokenizer.ggml.eot_token_id").orElseThrow());
  }

  @Test
  void idsWithoutATokenAreUnused() throws IOException {
    Files.copy(
        SharedData.path("gguf-golden").resolve("tokenizer.json"),
        directory.resolve("tokenizer.json"));
    GgufMetadata metadata = written(642);
    assertEquals("[PAD641]", texts(metadata, "tokens").getLast());
    assertEquals(5, metadata.integers("tokenizer.ggml.token_type").orElseThrow()[641]);
  }

  /** The golden tokenizer without NFC: a decomposed letter keeps its two characters. */
  @Test
  void anotherNormalizerIsKept() throws IOException {
    String golden = Files.readString(SharedData.path("gguf-golden").resolve("tokenizer.json"));
    String plain = golden.replaceFirst("\\{\\s*\"type\":\\s*\"NFC\"\\s*}", "null");
    Files.writeString(directory.resolve("tokenizer.json"), plain);
    GgufMetadata metadata = written(640);
    assertEquals("none", metadata.text("kvasir.tokenizer.normalizer").orElseThrow());
    try (Tokenizer expected = Tokenizer.open(directory);
        Tokenizer actual = Tokenizer.of(metadata)) {
      for (String text : List.of("e\u0301", "caf\u00e9 1234, the")) {
        assertArrayEquals(expected.encode(text), actual.encode(text), text);
      }
    }
  }

  /**
   * The tokenizer of stories260K, as transformers would convert it, gives the ids of its scores.
   */
  @Test
  void sentencePieceKeepsItsIds() throws IOException {
    Path stories = SharedData.path("stories260k").resolve("stories260K.gguf");
    ObjectNode json =
        StrictJson.object("x", GgufTokenizer.read(GgufFile.read(stories).metadata()).text(), "");
    ObjectNode replace = ((ObjectNode) json.get("normalizer")).deepCopy();
    ObjectNode steps = json.putObject("normalizer").put("type", "Sequence");
    ArrayNode list = steps.putArray("normalizers");
    list.addObject().put("type", "Prepend").put("prepend", "\u2581");
    list.add(replace);
    Files.writeString(directory.resolve("tokenizer.json"), json.toString());
    try (Tokenizer given = Tokenizer.open(directory);
        Tokenizer expected = Tokenizer.open(stories);
        Tokenizer actual = Tokenizer.of(written(512))) {
      for (String text : List.of("Once upon a time", " two  blanks", "caf\u00e9\n\u2603", "")) {
        assertArrayEquals(expected.encode(text), actual.encode(text), text);
        assertArrayEquals(given.encode(text), actual.encode(text), text);
        assertEquals(expected.decode(expected.encode(text)), actual.decode(actual.encode(text)));
      }
    }
  }

  @Test
  void aTokenizerModelAloneIsRefused() throws IOException {
    Files.write(directory.resolve("tokenizer.model"), new byte[10]);
    UserError error = assertThrows(UserError.class, () -> written(10));
    assertTrue(error.getMessage().contains("tokenizer.model: is not read"), error.getMessage());
  }

  @Test
  void otherTokenizersAreRefused() throws IOException {
    Stream<String> others =
        Stream.of(
            "{\"model\": {\"type\": \"Unigram\"}}",
            "{\"model\": {\"type\": \"BPE\", \"byte_fallback\": true}}",
            "{\"model\": {\"type\": \"BPE\", \"byte_fallback\": true, \"merges\": [\"a b\"]},"
                + " \"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"},"
                + " \"content\": \"\u2581\"}}",
            "{\"model\": {\"type\": \"BPE\"}, \"pre_tokenizer\": {\"type\": \"Whitespace\"}}");
    for (String other : others.toList()) {
      Files.writeString(directory.resolve("tokenizer.json"), other);
      UserError error = assertThrows(UserError.class, () -> written(10));
      assertTrue(error.getMessage().contains("tokenizer.json: the "), error.getMessage());
    }
  }
}
