package kvasir.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static kvasir.text.GgufVocabulary.CONTROL;
import static kvasir.text.GgufVocabulary.KEY;
import static kvasir.text.GgufVocabulary.USER_DEFINED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import kvasir.GgufBytes;
import kvasir.error.UserError;
import kvasir.fuzz.Fuzz;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers in the metadata of GGUF files: cases G46 to G52. */
class GgufTokenizerTest {
  private static final String BLANK = "\u2581";
  private static final int END_OF_TEXT = 299;

  @TempDir private Path folder;

  private Tokenizer open(GgufBytes metadata) {
    return Tokenizer.open(metadata.write(folder.resolve("m.gguf")));
  }

  private int[] ids(GgufBytes metadata, String text) {
    try (Tokenizer tokenizer = open(metadata)) {
      return tokenizer.encode(text);
    }
  }

  private String refusal(GgufBytes metadata) {
    Path file = metadata.write(folder.resolve("m.gguf"));
    return assertThrows(UserError.class, () -> Tokenizer.open(file)).getMessage();
  }

  private static int[] numbers(String list) {
    return Arrays.stream(list.strip().split(" +", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /** Ids by Hugging Face's tokenizers with the expressions of the models (G46). */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          gpt-2,     1234567 12, 264 53 54 55 32 262
          llama-bpe, 1234567 12, 265 267 55 32 262
          llama3,    1234567 12, 265 267 55 32 262
          qwen2,     1234567 12, 49 50 51 52 53 54 55 32 49 50
          smollm,    1234567 12, 49 50 51 52 53 54 55 32 49 50
          tekken,    1234567 12, 49 50 51 52 53 54 55 32 49 50
          gpt-2,     I'LL,       73 39 258
          smollm,    I'LL,       73 39 258
          qwen2,     I'LL,       73 257
          llama-v3,  I'LL,       73 257
          gpt-2,     b!~c,       98 33 10 99
          tekken,    b!~c,       98 269 99
          qwen2,     camelCase,  291 279 296
          tekken,    camelCase,  291 108 297
          tekken,    " quick",   298
          llama-bpe, " quick",   298
          qwen2,     " quick",   32 113 117 105 99 107
          llama-bpe, e\u0301,    101 204 129
          qwen2,     e\u0301,    195 169
          """)
  void eachWayToCutTextsGivesItsIds(String pre, String text, String ids) {
    String shown = text.replace('~', '\n').replace("\\u0301", "\u0301");
    GgufBytes metadata = GgufVocabulary.byteLevel().gpt2(pre).flag(KEY + "add_bos_token", false);
    assertArrayEquals(numbers(ids), ids(metadata, shown), Arrays.toString(ids(metadata, shown)));
  }

  /** G47: nothing is cut by a default. */
  @ParameterizedTest
  @ValueSource(strings = {"", "default", "chatglm-bpe", "GPT-2", "llama-bpe "})
  void otherWaysToCutTextsAreRefusedByName(String pre) {
    String line = refusal(GgufVocabulary.byteLevel().gpt2(pre));
    assertTrue(line.contains("key tokenizer.ggml.pre is \"" + pre + "\""), line);
  }

  /** G47, G48: a line names the key. */
  @ParameterizedTest
  @ValueSource(strings = {"model", "pre", "tokens", "merges"})
  void missingKeysOfByteLevelTokenizersAreNamed(String key) {
    String line = refusal(GgufVocabulary.byteLevel().gpt2("qwen2").without(KEY + key));
    assertTrue(line.contains("key tokenizer.ggml." + key + " is missing"), line);
  }

  /** G48: scores and types have one element for each token. */
  @Test
  void wrongArraysAreRefusedByTheirKeys() {
    GgufVocabulary pieces = GgufVocabulary.sentencePiece("a", "b", "ab");
    for (GgufBytes metadata :
        List.of(
            pieces.llama().without(KEY + "scores"),
            pieces.llama().numbers(KEY + "scores", 0, 1),
            pieces.llama().numbers(KEY + "scores", nan(pieces.size())))) {
      String line = refusal(metadata);
      assertTrue(line.contains("key tokenizer.ggml.scores "), line);
    }
    for (int[] types : new int[][] {{1, 1}, IntStream.range(0, pieces.size()).toArray()}) {
      String line = refusal(pieces.llama().integers(KEY + "token_type", types));
      assertTrue(line.contains("key tokenizer.ggml.token_type has "), line);
    }
    String line = refusal(pieces.llama().text(KEY + "model", "t5"));
    assertTrue(line.contains("key tokenizer.ggml.model is \"t5\""), line);
    line = refusal(pieces.llama().texts(KEY + "tokens", List.of()));
    assertTrue(line.contains("key tokenizer.ggml.tokens is empty"), line);
    line = refusal(pieces.llama().integer(KEY + "bos_token_id", 9999));
    assertTrue(line.contains("key tokenizer.ggml.bos_token_id is 9999"), line);
    line = refusal(GgufVocabulary.byteLevel().gpt2("qwen2").texts(KEY + "merges", merges("ab")));
    assertTrue(line.contains("key tokenizer.ggml.merges has \"ab\" at 0"), line);
    line = refusal(GgufVocabulary.byteLevel().gpt2("qwen2").text(GgufTokenizer.NORMALIZER, "nfd"));
    assertTrue(line.contains("key kvasir.tokenizer.normalizer is \"nfd\""), line);
    line = refusal(new GgufVocabulary().add("x".repeat(1001), 1).gpt2("qwen2"));
    assertTrue(line.contains("has a token of 1001 characters, id 0"), line);
  }

  /** G48: vocabularies that would take minutes, or all memory, are refused before. */
  @Test
  void vocabulariesWithoutMeasureAreRefused() {
    List<byte[]> merges = Collections.nCopies((1 << 20) + 1, "a b".getBytes(UTF_8));
    String line = refusal(GgufVocabulary.byteLevel().gpt2("qwen2").texts(KEY + "merges", merges));
    assertTrue(line.contains("key tokenizer.ggml.merges has 1048577 elements"), line);
    GgufVocabulary runs = new GgufVocabulary();
    for (int i = 0; i < 5_000; i++) {
      runs.scored("a".repeat(1 + i % 990) + (i < 990 ? "" : "b" + i), -i);
    }
    line = refusal(runs.llama());
    assertTrue(line.contains("key tokenizer.ggml.tokens has tokens that can be cut"), line);
  }

  private static float[] nan(int size) {
    float[] numbers = new float[size];
    numbers[size - 1] = Float.NaN;
    return numbers;
  }

  private static List<byte[]> merges(String... lines) {
    return Arrays.stream(lines).map(line -> line.getBytes(UTF_8)).toList();
  }

  /** G48: pruned vocabularies have merges of tokens that are not there. */
  @Test
  void mergesWithoutTokensAreLeftOut() {
    GgufBytes metadata = GgufVocabulary.byteLevel().gpt2("qwen2");
    metadata.texts(KEY + "merges", merges("z z", "th e", "q uick", "h e"));
    assertArrayEquals(numbers("122 122 116 275"), ids(metadata, "zzthe"));
  }

  /** G49: control and user-defined tokens are found at any id and as they are written. */
  @Test
  void onlyControlAndUserDefinedTokensAreMarks() {
    GgufVocabulary vocabulary = GgufVocabulary.byteLevel();
    int first = vocabulary.size();
    vocabulary.add("sch\u00F6n \u2764", USER_DEFINED).add("sch\u00F6n", USER_DEFINED);
    vocabulary.add("[a]", 1).add("[b]", 2).add("[c]", 5).add("[d]", 6).add("[e]", CONTROL);
    try (Tokenizer tokenizer = open(vocabulary.gpt2("qwen2"))) {
      assertArrayEquals(
          new int[] {first, first + 1, '!', first + 6},
          tokenizer.encode("sch\u00F6n \u2764sch\u00F6n![e]"));
      for (String text : List.of("[a]", "[b]", "[c]", "[d]")) {
        assertArrayEquals(text.chars().toArray(), tokenizer.encode(text));
      }
      assertEquals(List.of("[e]"), tokenizer.specialTokens().stream().skip(3).toList());
      int[] all = {first, 0xC3, 0xA9, first + 1, first + 6, first + 2, first + 3, 't'};
      assertEquals("sch\u00F6n \u2764\u00E9sch\u00F6n[a]t", tokenizer.decode(all));
    }
  }

  /** G50: each id keeps its text, and a text is written by the first. */
  @Test
  void tokensOfOneTextKeepTheirIds() {
    GgufVocabulary vocabulary = GgufVocabulary.byteLevel();
    int first = vocabulary.size();
    vocabulary.add("<|r|>", CONTROL).add("<|r|>", USER_DEFINED).add("", 1).add("", 5);
    vocabulary.add("he", 1).add(new byte[] {(byte) 0xF0, (byte) 0x9F}, 1, 0);
    vocabulary.add(new byte[] {(byte) 0x99, (byte) 0x82}, 1, 0).add("\0" + (first + 1), 1);
    try (Tokenizer tokenizer = open(vocabulary.gpt2("qwen2"))) {
      assertArrayEquals(new int[] {first, 275}, tokenizer.encode("<|r|>he"));
      int[] all = IntStream.range(first, first + 7).toArray();
      assertEquals("<|r|>he\uD83D\uDE42", tokenizer.decode(all));
      assertEquals(first + 8, tokenizer.vocabulary().tokens().size());
      assertEquals("the\0", tokenizer.decode(tokenizer.encode("the\0")));
    }
  }

  private static GgufVocabulary pieces() {
    return GgufVocabulary.sentencePiece(
        BLANK + "t",
        "he",
        BLANK + "the",
        BLANK + BLANK,
        "ab",
        "bc",
        "abc",
        BLANK,
        "t",
        "h",
        "e",
        "a",
        "b",
        "c",
        "<",
        "0",
        "x",
        "4",
        "1",
        ">");
  }

  /** G51: by scores, with the prefix once and at the very beginning. */
  @Test
  void sentencePieceMergesByScore() {
    GgufVocabulary vocabulary = pieces();
    int think = vocabulary.size();
    GgufBytes metadata =
        vocabulary.add("<think>", USER_DEFINED).add("<|im_start|>", CONTROL).llama();
    try (Tokenizer tokenizer = open(metadata)) {
      assertArrayEquals(numbers("1 262 266"), tokenizer.encode("  "));
      assertArrayEquals(numbers("1 261"), tokenizer.encode("the"));
      assertArrayEquals(numbers("1 266 261"), tokenizer.encode(BLANK + "the"));
      assertArrayEquals(new int[] {1, 261, think, 261}, tokenizer.encode("the<think> the"));
      assertArrayEquals(new int[] {1, 266, think, 267, 260}, tokenizer.encode("<think>the"));
      assertArrayEquals(new int[] {1, think + 1, 267, 260}, tokenizer.encode("<|im_start|>the"));
      assertArrayEquals(numbers("1 266 265 13 271 264"), tokenizer.encode("abc\nbbc"));
      assertArrayEquals(numbers("1 266 273 274 275 276 277 278"), tokenizer.encode("<0x41>"));
      assertArrayEquals(numbers("1 266 243 162 156 133"), tokenizer.encode("\uD83D\uDE42"));
      assertArrayEquals(new int[0], tokenizer.encodeBare(""));
      assertEquals(think, tokenizer.oneToken("<think>").orElseThrow());
      EncodedText places = tokenizer.encodeWithPlaces(" the the");
      assertArrayEquals(numbers("266 261 261"), places.ids());
      assertArrayEquals(numbers("0 0 4"), places.starts());
      assertEquals(" the\n", tokenizer.decode(numbers("1 266 261 13 0")));
    }
    metadata.flag(KEY + "add_space_prefix", false);
    assertArrayEquals(numbers("1 267 260 261"), ids(metadata, "the the"));
  }

  /** G51: pieces of any length, the left of two with the same score, and missing bytes. */
  @Test
  void sentencePieceJoinsTheLeftmostOfEqualScores() {
    GgufVocabulary vocabulary = pieces();
    int first = vocabulary.size();
    vocabulary.scored("d", -90).scored("f", -90).scored("g", -90);
    // Listed against the order in which a text such as dfg needs them.
    vocabulary.scored("fg", -1).scored("df", -1).scored("ggg", -2).scored("gg", -2);
    for (int i = 1; i <= 40; i++) {
      vocabulary.scored(BLANK + "h".repeat(i), -100 - i);
    }
    GgufBytes metadata = vocabulary.llama().flag(KEY + "add_space_prefix", false);
    assertArrayEquals(new int[] {1, first + 4, first + 2}, ids(metadata, "dfg"));
    assertArrayEquals(new int[] {1, first + 5, first + 6}, ids(metadata, "ggggg"));
    assertArrayEquals(new int[] {1, first + 6 + 40}, ids(metadata, " " + "h".repeat(40)));
  }

  @Test
  void sentencePieceWithoutSomeByteWritesTheUnknownToken() {
    GgufVocabulary vocabulary = new GgufVocabulary().add("<unk>", 2).add("<s>", CONTROL);
    vocabulary.add("</s>", CONTROL).scored("a", 0).scored(BLANK, -1);
    assertArrayEquals(numbers("1 4 3 0 3"), ids(vocabulary.llama(), "aqa"));
  }

  /** G52: what stands before and behind a text. */
  @Test
  void theBeginningDependsOnKeysAndKind() {
    GgufVocabulary vocabulary = GgufVocabulary.byteLevel();
    String begin = KEY + "bos_token_id";
    assertArrayEquals(
        numbers("97"), ids(vocabulary.gpt2("qwen2").integer(begin, END_OF_TEXT), "a"));
    for (String pre : List.of("llama-bpe", "tekken")) {
      assertArrayEquals(
          numbers("299 97"), ids(vocabulary.gpt2(pre).integer(begin, END_OF_TEXT), "a"));
      assertArrayEquals(numbers("97"), ids(vocabulary.gpt2(pre), "a"));
    }
    assertArrayEquals(
        numbers("299 97 301"),
        ids(
            vocabulary
                .gpt2("qwen2")
                .integer(begin, END_OF_TEXT)
                .integer(KEY + "eos_token_id", 301)
                .flag(KEY + "add_bos_token", true)
                .flag(KEY + "add_eos_token", true),
            "a"));
    GgufBytes llama = pieces().llama();
    assertArrayEquals(numbers("1 261"), ids(llama, "the"));
    assertArrayEquals(numbers("261"), ids(llama.flag(KEY + "add_bos_token", false), "the"));
  }

  /** Damaged metadata are refused by name, or give a tokenizer that does not end the process. */
  @Test
  void damagedMetadataEndNothing() throws IOException {
    Path file = folder.resolve("m.gguf");
    byte[] bytes = Files.readAllBytes(GgufVocabulary.byteLevel().gpt2("tekken").write(file));
    byte[] pieces = Files.readAllBytes(pieces().llama().write(file));
    Fuzz.check(
        "m.gguf",
        100,
        List.of(bytes, pieces),
        in -> {
          Files.write(file, in);
          try (Tokenizer tokenizer = Tokenizer.open(file)) {
            tokenizer.decode(tokenizer.encode(" Once upon\n1234 caf\u00E9 \uD83D\uDE42<think>"));
          }
        });
  }

  /** G49, G51: without kinds, bytes are known by their text, marks by the keys. */
  @Test
  void kindsAreOptional() {
    GgufBytes metadata = pieces().llama().without(KEY + "token_type");
    metadata.integer(KEY + "bos_token_id", 1).integer(KEY + "eos_token_id", 2);
    try (Tokenizer tokenizer = open(metadata)) {
      assertArrayEquals(numbers("1 261 2 13"), tokenizer.encode("the</s>\n"));
      assertEquals("the", tokenizer.decode(numbers("261 0 2")));
    }
  }
}
