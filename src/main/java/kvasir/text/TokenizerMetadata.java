package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.PathKind;
import kvasir.file.StrictJson;
import kvasir.file.gguf.GgufWriter;

/**
 * The tokenizer and the chat template of a model directory as metadata of a GGUF file. Byte-level
 * BPE is written, with the ways to cut a text that {@link WordCutting} has, and SentencePiece with
 * bytes; a tokenizer of another kind is refused, since the file would encode texts as other tokens.
 */
public final class TokenizerMetadata {
  private static final long MAX_BYTES = 256 << 20;
  private static final String REMEDY = "quantise a model with byte-level BPE or SentencePiece";
  private static final String BLANK = "\u2581";
  private static final String PREFIX = "tokenizer.ggml.";

  /** Numbers of kinds of tokens in files. */
  private static final int NORMAL = 1;

  private static final int UNKNOWN = 2;

  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;

  /** Keys of tokens that end an answer; the first is for the token that ends it as a rule. */
  private static final List<String> ENDS = List.of("eos_token_id", "eot_token_id", "eom_token_id");

  private final Path file;
  private final ObjectNode root;

  private TokenizerMetadata(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Adds the metadata to a file. A directory without a tokenizer adds none.
   *
   * @param directory the model's directory
   * @param rows rows of the model's embedding; ids without a token get unused ones
   * @param ends ids that end a sequence
   * @return whether the directory has a tokenizer
   * @throws UserError if the tokenizer cannot be read, or is of a kind that cannot be written
   */
  public static boolean add(GgufWriter writer, Path directory, int rows, List<Integer> ends) {
    Path file = new ModelFolder(directory).tokenizer();
    for (int i = 0; i < Math.min(ends.size(), ENDS.size()); i++) {
      writer.uint32(PREFIX + ENDS.get(i), ends.get(i));
    }
    if (PathKind.of(file) == PathKind.MISSING) {
      Path pieces = directory.resolve("tokenizer.model");
      if (PathKind.of(pieces) != PathKind.MISSING) {
        throw new UserError(
            pieces.toString(),
            "is not read, and there is no tokenizer.json",
            "write one with transformers: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)");
      }
      // The value by which llama.cpp, too, reads a model without a vocabulary.
      writer.text(PREFIX + "model", "no_vocab");
      return false;
    }
    ObjectNode root = StrictJson.object(file, MAX_BYTES, "complete the model's directory");
    new TokenizerMetadata(file, root).add(writer, rows);
    Map<String, String> templates = ChatTemplateFiles.read(directory).templates();
    if (templates.containsKey(ChatTemplateFiles.DEFAULT)) {
      writer.text("tokenizer.chat_template", templates.get(ChatTemplateFiles.DEFAULT));
    }
    return true;
  }

  private void add(GgufWriter writer, int rows) {
    JsonNode model = root.path("model");
    if (!model.path("type").asText("BPE").equals("BPE")) {
      throw refused("the model is not BPE");
    }
    if (model.path("byte_fallback").asBoolean()) {
      addSentencePiece(writer, rows);
    } else {
      addByteLevel(writer, rows);
    }
    Optional<Integer> begin = begin();
    begin.ifPresent(id -> writer.uint32(PREFIX + "bos_token_id", id));
    writer.flag(PREFIX + "add_bos_token", begin.isPresent());
  }

  private void addByteLevel(GgufWriter writer, int rows) {
    JsonNode model = root.path("model");
    WordCutting cutting = cutting();
    boolean composed = root.path("normalizer").path("type").asText("").equals("NFC");
    if (!composed && root.hasNonNull("normalizer")) {
      throw refused("the normalizer is another than NFC");
    }
    if (composed != cutting.composed()) {
      writer.text(GgufTokenizer.NORMALIZER, composed ? "NFC" : "none");
    }
    if (model.path("ignore_merges").asBoolean() != cutting.wholeWords()) {
      throw refused("ignore_merges is not as " + cutting.usualName() + " has it");
    }
    String[] texts = new String[rows];
    int[] kinds = new int[rows];
    addTokens(texts, kinds);
    writer
        .text(PREFIX + "model", "gpt2")
        .text(PREFIX + "pre", cutting.usualName())
        .texts(PREFIX + "tokens", Arrays.stream(texts).map(TokenizerMetadata::utf8).toList())
        .int32s(PREFIX + "token_type", kinds)
        .texts(PREFIX + "merges", merges(model.path("merges")));
  }

  private void addSentencePiece(GgufWriter writer, int rows) {
    JsonNode model = root.path("model");
    boolean prefixed = prefixed();
    String[] texts = new String[rows];
    int[] kinds = new int[rows];
    addTokens(texts, kinds);
    for (int id = 0; id < rows; id++) {
      if (texts[id].equals(model.path("unk_token").asText())) {
        kinds[id] = UNKNOWN;
        writer.uint32(PREFIX + "unknown_token_id", id);
      } else if (kinds[id] == NORMAL && texts[id].matches("<0x[0-9A-F]{2}>")) {
        kinds[id] = BYTE;
      }
    }
    List<byte[]> tokens = Arrays.stream(texts).map(TokenizerMetadata::utf8).toList();
    TokenKind[] named =
        Arrays.stream(kinds)
            .mapToObj(kind -> TokenKind.of(kind).orElseThrow())
            .toArray(TokenKind[]::new);
    List<Merge> merges = new ArrayList<>();
    for (byte[] line : merges(model.path("merges"))) {
      String[] sides = new String(line, StandardCharsets.UTF_8).split(" ", 2);
      merges.add(new Merge(sides[0], sides.length < 2 ? "" : sides[1]));
    }
    float[] scores =
        SentencePieceScores.of(GgufTokens.of(tokens, texts, named), merges)
            .orElseThrow(
                () -> refused("the merges are not all ways to cut the tokens of SentencePiece"));
    writer
        .text(PREFIX + "model", "llama")
        .text(PREFIX + "pre", "default")
        .texts(PREFIX + "tokens", tokens)
        .float32s(PREFIX + "scores", scores)
        .int32s(PREFIX + "token_type", kinds)
        .flag(PREFIX + "add_space_prefix", prefixed);
  }

  /** Returns whether a blank is put before a text; refuses other steps before the merges. */
  private boolean prefixed() {
    JsonNode cutter = root.path("pre_tokenizer");
    JsonNode normalizer = root.path("normalizer");
    if (cutter.path("type").asText().equals("Metaspace")
        && !root.hasNonNull("normalizer")
        && !cutter.path("split").asBoolean(true)
        && cutter.path("replacement").asText().equals(BLANK)) {
      return !cutter.path("prepend_scheme").asText("always").equals("never");
    }
    List<String> steps = new ArrayList<>();
    JsonNode list = normalizer.path("normalizers");
    for (JsonNode step : list.isArray() ? list : List.of(normalizer)) {
      String from = step.path("pattern").path("String").asText();
      steps.add(
          step.path("type").asText()
              + from
              + step.path("prepend").asText()
              + step.path("content").asText());
    }
    String replaced = "Replace " + BLANK;
    boolean prefix = steps.equals(List.of("Prepend" + BLANK, replaced));
    if (root.hasNonNull("pre_tokenizer") || !(prefix || steps.equals(List.of(replaced)))) {
      throw refused("the normalizer and the pre_tokenizer are not those of SentencePiece");
    }
    return prefix;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private WordCutting cutting() {
    JsonNode steps = root.path("pre_tokenizer");
    List<String> expressions = steps.findValuesAsText("Regex");
    List<String> types = steps.findValuesAsText("type");
    boolean byteLevel = types.contains("ByteLevel");
    for (WordCutting cutting : WordCutting.values()) {
      boolean byExpression =
          expressions.size() == 1 && expressions.getFirst().equals(cutting.expression());
      // GPT-2's own expression is that of the step ByteLevel itself.
      boolean bySteps =
          expressions.isEmpty()
              && cutting.expression().equals(WordCutting.GPT_2.expression())
              && !steps.findPath("use_regex").asText("true").equals("false");
      boolean digits = types.contains("Digits") == cutting.digitsApart();
      if (byteLevel && digits && (byExpression || bySteps)) {
        return cutting;
      }
    }
    throw refused("the pre_tokenizer is none of " + WordCutting.known());
  }

  private void addTokens(String[] texts, int[] kinds) {
    Arrays.fill(kinds, UNUSED);
    for (Map.Entry<String, JsonNode> token : root.path("model").path("vocab").properties()) {
      set(texts, kinds, token.getValue(), token.getKey(), NORMAL);
    }
    for (JsonNode token : root.path("added_tokens")) {
      boolean special = token.path("special").asBoolean();
      String text = token.path("content").asText();
      set(texts, kinds, token.path("id"), text, special ? CONTROL : USER_DEFINED);
    }
    for (int id = 0; id < texts.length; id++) {
      texts[id] = texts[id] == null ? "[PAD" + id + "]" : texts[id];
    }
  }

  private void set(String[] texts, int[] kinds, JsonNode number, String text, int kind) {
    int id = number.asInt(-1);
    if (!number.canConvertToInt() || id < 0 || id >= texts.length) {
      throw refused("the id " + number + " is outside the model's vocabulary of " + texts.length);
    }
    texts[id] = text;
    kinds[id] = kind;
  }

  private List<byte[]> merges(JsonNode merges) {
    List<byte[]> lines = new ArrayList<>(merges.size());
    for (JsonNode merge : merges) {
      lines.add(
          utf8(
              merge.isTextual()
                  ? merge.asText()
                  : merge.path(0).asText() + " " + merge.path(1).asText()));
    }
    return lines;
  }

  /** Returns the token that is put before a text, if there is one. */
  private Optional<Integer> begin() {
    for (JsonNode template : root.path("post_processor").findParents("single")) {
      JsonNode first = template.path("single").path(0).path("SpecialToken").path("id");
      JsonNode ids = template.path("special_tokens").path(first.asText()).path("ids");
      if (first.isTextual() && ids.size() == 1) {
        return Optional.of(ids.get(0).asInt());
      }
    }
    return Optional.empty();
  }

  private UserError refused(String what) {
    return new UserError(file.toString(), what, REMEDY);
  }
}
