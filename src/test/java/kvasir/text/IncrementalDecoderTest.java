package kvasir.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import kvasir.ScriptedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests pieces of text against the whole text, which the library decodes at once. */
class IncrementalDecoderTest {
  private static final Path DEMO = Path.of("experiments/demo-model/model");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ANY =
      "a z\u00e9\u20ac\ud83d\ude42e\u0301\ud83d\udc69\u200d\ud83d\ude80\u4e16 ";
  private static final int ROUNDS = 300;

  @TempDir Path folder;

  /**
   * Byte-level vocabularies and vocabularies like SentencePiece's, with the decoders of published
   * models.
   */
  enum Kind {
    BYTE_LEVEL(null),
    LLAMA(null),
    GEMMA(
        """
        {"type": "Sequence", "decoders": [
          {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
          {"type": "ByteFallback"}, {"type": "Fuse"}]}
        """),
    METASPACE(
        """
        {"type": "Sequence", "decoders": [{"type": "ByteFallback"},
          {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true}]}
        """),
    METASPACE_KEPT(
        """
        {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "never", "split": true}
        """);

    private final String decoder;

    Kind(String decoder) {
      this.decoder = decoder;
    }

    boolean byteLevel() {
      return this == BYTE_LEVEL;
    }

    /** Returns the token of one byte; the demo model's vocabulary spells bytes as GPT-2's does. */
    int ofByte(Tokenizer tokenizer, int value) {
      return byteLevel()
          ? IntStream.range(3, 259)
              .filter(
                  id ->
                      tokenizer
                              .tokenBytes()
                              .orElseThrow()
                              .of(tokenizer.vocabulary().tokens().get(id), false)[0]
                          == (byte) value)
              .findFirst()
              .orElseThrow()
          : ScriptedModel.ofByte(value);
    }
  }

  private Tokenizer open(Kind kind) throws IOException {
    if (kind.byteLevel()) {
      return Tokenizer.open(DEMO);
    }
    ObjectNode root = ScriptedModel.byteFallbackTokenizer();
    if (kind.decoder != null) {
      root.set("decoder", JSON.readTree(kind.decoder));
    }
    ScriptedModel.put(folder, "tokenizer.json", root);
    return Tokenizer.open(folder);
  }

  private static String pieces(IncrementalDecoder decoder, int[] ids, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < ids.length; i++) {
      String piece = decoder.next(ids[i]);
      assertTrue(UTF_8.newEncoder().canEncode(piece), "half of a surrogate pair");
      text.append(piece);
    }
    return text.append(decoder.finish()).toString();
  }

  private static String text(Random random, int length) {
    int[] points = ANY.codePoints().toArray();
    StringBuilder text = new StringBuilder("a");
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  // T1, T2
  /**
   * Tests contexts that end anywhere, also inside a character, with tokens without text in between.
   */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"BYTE_LEVEL", "LLAMA", "GEMMA", "METASPACE"})
  void piecesBehindAnyCutAreTheRestOfTheWholeText(Kind kind) throws IOException {
    try (Tokenizer tokenizer = open(kind)) {
      for (int seed = 0; seed < ROUNDS; seed++) {
        Random random = new Random(seed);
        int[] ids = strewn(tokenizer.encode(text(random, 8)), random);
        String whole = tokenizer.decode(ids);
        assertTrue(whole.indexOf('\uFFFD') < 0, whole);
        int cut = random.nextInt(ids.length + 1);
        String before = tokenizer.decode(Arrays.copyOf(ids, cut));
        for (int i = cut; before.indexOf('\uFFFD') >= 0; i--) {
          before = tokenizer.decode(Arrays.copyOf(ids, i));
        }
        IncrementalDecoder decoder = IncrementalDecoder.of(tokenizer, Arrays.copyOf(ids, cut));
        assertInstanceOf(ByteDecoder.class, decoder);
        assertEquals(
            whole.substring(before.length()),
            pieces(decoder, ids, cut),
            "seed " + seed + ", cut " + cut + " of " + Arrays.toString(ids));
      }
    }
  }

  /** Returns the ids with special tokens, and ids that no token has, between some of them. */
  private static int[] strewn(int[] ids, Random random) {
    List<Integer> all = new ArrayList<>();
    for (int id : ids) {
      if (random.nextInt(8) == 0) {
        all.add(random.nextBoolean() ? 2 : 1 << 20);
      }
      all.add(id);
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  // T8, T12
  /** Tests that bytes which are not UTF-8 are shown as soon as that is certain. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"BYTE_LEVEL", "LLAMA"})
  void bytesThatNothingCanCompleteAreShownAtOnce(Kind kind) throws IOException {
    try (Tokenizer tokenizer = open(kind)) {
      int[] tokens = IntStream.range(0, 256).map(value -> kind.ofByte(tokenizer, value)).toArray();
      int[] often = {0x80, 0xC0, 0xC3, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0x9F, 0xA0, 0x82, 0x41, 0xFF};
      for (int seed = 0; seed < ROUNDS; seed++) {
        Random random = new Random(seed);
        byte[] bytes = new byte[12];
        int[] ids = new int[bytes.length];
        IncrementalDecoder decoder = IncrementalDecoder.of(tokenizer, new int[0]);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i++) {
          int value = often[random.nextInt(often.length)];
          bytes[i] = (byte) value;
          ids[i] = tokens[value];
          text.append(decoder.next(ids[i]));
          String now =
              kind.byteLevel()
                  ? tokenizer.decode(Arrays.copyOf(ids, i + 1))
                  : replaced(Arrays.copyOf(bytes, i + 1));
          assertTrue(now.startsWith(text.toString()), "seed " + seed);
          assertTrue(now.length() - text.length() <= (kind.byteLevel() ? 1 : 3), "seed " + seed);
          if (i == bytes.length - 1) {
            assertEquals(now, text.append(decoder.finish()).toString(), "seed " + seed);
          }
        }
      }
    }
  }

  /** Returns the complete characters, and U+FFFD for each of the other bytes. */
  private static String replaced(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; ) {
      int length = 0;
      for (int n = 1; n <= 4 && i + n <= bytes.length && length == 0; n++) {
        length = isText(bytes, i, n) ? n : 0;
      }
      text.append(length == 0 ? "\uFFFD" : new String(bytes, i, length, UTF_8));
      i += Math.max(1, length);
    }
    return text.toString();
  }

  private static boolean isText(byte[] bytes, int from, int length) {
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  // T2
  /** Tests that bytes of the prompt are not repeated if no later byte completes their character. */
  @Test
  void aCharacterThatThePromptBeginsIsShownOnlyWhenItBecomesWhole() throws IOException {
    try (Tokenizer tokenizer = open(Kind.LLAMA)) {
      int[] prompt = {1, 243, 162, 156};
      IncrementalDecoder whole = IncrementalDecoder.of(tokenizer, prompt);
      assertEquals("\ud83d\ude42", whole.next(133));
      assertEquals("h", whole.next(ScriptedModel.ofLetter('h')));
      IncrementalDecoder broken = IncrementalDecoder.of(tokenizer, prompt);
      assertEquals("h", broken.next(ScriptedModel.ofLetter('h')));
    }
  }

  /**
   * Tests that the blank that a tokenizer puts in front of a text is removed there and nowhere
   * else.
   */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"LLAMA", "GEMMA", "METASPACE", "METASPACE_KEPT"})
  void blanksAtTheBeginningAreThoseOfTheWholeText(Kind kind) throws IOException {
    int blank = ScriptedModel.BLANK;
    int[] ids = {
      1, blank, 2, blank, ScriptedModel.ofLetter('a'), 1, 2, 1, 2, 1, 2, 1, 2, blank, 260
    };
    try (Tokenizer tokenizer = open(kind)) {
      String whole = tokenizer.decode(ids);
      for (int cut = 0; cut <= ids.length; cut++) {
        int[] prompt = Arrays.copyOf(ids, cut);
        String rest = pieces(IncrementalDecoder.of(tokenizer, prompt), ids, cut);
        assertEquals(whole, tokenizer.decode(prompt) + rest, "cut " + cut);
      }
    }
  }

  /**
   * Tests vocabularies of words, where a token's text depends on its neighbours, so that windows
   * are decoded.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{\"type\": \"WordPiece\", \"prefix\": \"b\", \"cleanup\": true}",
        "{\"type\": \"BPEDecoder\", \"suffix\": \"z\"}"
      })
  // T8
  void otherDecodersTakeWindowsThatDoNotGrow(String json) throws IOException {
    ObjectNode root = ScriptedModel.byteFallbackTokenizer();
    root.set("decoder", JSON.readTree(json));
    ScriptedModel.put(folder, "tokenizer.json", root);
    int[] decoded = new int[1];
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertTrue(tokenizer.tokenBytes().isEmpty());
      Function<int[], String> counting =
          ids -> {
            decoded[0] += ids.length;
            return tokenizer.decode(ids);
          };
      int[] ids = new Random(3).ints(400, 0, 286).map(id -> id < 3 ? 2 : 260 + id % 26).toArray();
      for (int cut : new int[] {0, 1, 7, 100}) {
        int[] prompt = Arrays.copyOf(ids, cut);
        String rest = pieces(new WindowDecoder(tokenizer.vocabulary(), counting, prompt), ids, cut);
        assertEquals(tokenizer.decode(ids), tokenizer.decode(prompt) + rest, "cut " + cut);
      }
      decoded[0] = 0;
      pieces(new WindowDecoder(tokenizer.vocabulary(), counting, new int[0]), ids, 0);
      assertTrue(decoded[0] <= 20 * ids.length, decoded[0] + " tokens decoded");
    }
  }
}
