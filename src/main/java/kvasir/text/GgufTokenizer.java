package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import kvasir.error.PrintableText;
import kvasir.error.UserError;
import kvasir.file.StrictJson;
import kvasir.file.gguf.GgufMetadata;

/**
 * Reader of the tokenizer in the metadata of a GGUF file: byte-level BPE ("gpt2") and SentencePiece
 * ("llama"). It is written as a tokenizer.json for the tokenizer library; everything else is
 * refused by key and value.
 */
final class GgufTokenizer {
  /**
   * Key of Kvasir's own, for a tokenizer that normalises texts otherwise than others with its value
   * of {@link #PRE}: {@code NFC} or {@code none}.
   */
  static final String NORMALIZER = "kvasir.tokenizer.normalizer";

  private static final String MODEL = "tokenizer.ggml.model";
  private static final String PRE = "tokenizer.ggml.pre";
  private static final String MERGES = "tokenizer.ggml.merges";
  private static final String SCORES = "tokenizer.ggml.scores";
  private static final String UNKNOWN = "tokenizer.ggml.unknown_token_id";
  private static final String ADD_BEGIN = "tokenizer.ggml.add_bos_token";
  private static final String ADD_END = "tokenizer.ggml.add_eos_token";
  private static final String ADD_PREFIX = "tokenizer.ggml.add_space_prefix";
  private static final String STRIP = "tokenizer.ggml.remove_extra_whitespaces";
  private static final String BLANK = "\u2581";
  private static final int USUAL_BEGIN = 1;

  private final GgufMetadata metadata;
  private final GgufTokens tokens;

  private GgufTokenizer(GgufMetadata metadata) {
    this.metadata = metadata;
    this.tokens = GgufTokens.of(metadata);
  }

  /**
   * Reads the tokenizer; throws a {@link UserError} that names a key if one is missing, not valid
   * or has a value that is not supported.
   */
  static TokenizerJson.Parts read(GgufMetadata metadata) {
    String model = metadata.text(MODEL).orElseThrow(() -> metadata.missing(MODEL));
    if (!model.equals("gpt2") && !model.equals("llama")) {
      throw unsupported(metadata, MODEL, model, "gpt2, llama");
    }
    GgufTokenizer reader = new GgufTokenizer(metadata);
    BpeForm form = model.equals("gpt2") ? reader.byteLevel() : reader.sentencePiece();
    return BpeJson.parts(reader.tokens, form);
  }

  private static UserError unsupported(
      GgufMetadata metadata, String key, String value, String supported) {
    return new UserError(
        metadata.file().toString(),
        "key %s is \"%s\", which is not supported for texts"
            .formatted(key, PrintableText.quotation(value)),
        "give token ids, or a model where it is one of " + supported);
  }

  private BpeForm byteLevel() {
    String name = metadata.text(PRE).orElseThrow(() -> metadata.missing(PRE));
    WordCutting cutting =
        WordCutting.of(name)
            .orElseThrow(() -> unsupported(metadata, PRE, name, WordCutting.known()));
    JsonNode normalizer = composed(cutting) ? json("{'type': 'NFC'}") : NullNode.getInstance();
    JsonNode decoder =
        json(
            "{'type': 'ByteLevel', 'add_prefix_space': false, 'trim_offsets': false,"
                + " 'use_regex': false}");
    return new BpeForm(
        normalizer,
        words(cutting),
        decoder,
        new BpeForm.Model(merges(), cutting.wholeWords(), false, OptionalInt.empty()),
        true,
        around("", cutting.begins(), tokens.named(metadata, GgufTokens.BEGIN)));
  }

  private boolean composed(WordCutting cutting) {
    Optional<String> given = metadata.text(NORMALIZER);
    if (given.isPresent() && !given.get().equals("NFC") && !given.get().equals("none")) {
      throw unsupported(metadata, NORMALIZER, given.get(), "NFC, none");
    }
    return given.map("NFC"::equals).orElse(cutting.composed());
  }

  /** Returns the steps that cut a text into words and spell them in the alphabet of bytes. */
  private static JsonNode words(WordCutting cutting) {
    String digits = cutting.digitsApart() ? "{'type': 'Digits', 'individual_digits': true}, " : "";
    ObjectNode steps =
        json(
            "{'type': 'Sequence', 'pretokenizers': ["
                + digits
                + "{'type': 'Split', 'pattern': {'Regex': ''}, 'behavior': 'Isolated',"
                + " 'invert': false}, {'type': 'ByteLevel', 'add_prefix_space': false,"
                + " 'trim_offsets': false, 'use_regex': false}]}");
    steps.findParent("Regex").put("Regex", cutting.expression());
    return steps;
  }

  /** Returns the merges of tokens that the vocabulary has; pruned vocabularies lack some. */
  private List<Merge> merges() {
    GgufTokens.requireFew(metadata, MERGES);
    List<byte[]> lines = metadata.texts(MERGES).orElseThrow(() -> metadata.missing(MERGES));
    List<Merge> merges = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      String line = new String(lines.get(i), StandardCharsets.UTF_8);
      int blank = line.indexOf(' ', 1);
      if (blank < 1 || blank == line.length() - 1) {
        throw metadata.wrong(
            MERGES,
            "has \"%s\" at %d, not two symbols with a blank between"
                .formatted(PrintableText.quotation(line), i));
      }
      Merge merge = new Merge(line.substring(0, blank), line.substring(blank + 1));
      if (tokens.id(merge.left()).isPresent()
          && tokens.id(merge.right()).isPresent()
          && tokens.id(merge.left() + merge.right()).isPresent()) {
        merges.add(merge);
      }
    }
    return merges;
  }

  private BpeForm sentencePiece() {
    if (metadata.flag(STRIP).orElse(false)) {
      throw unsupported(metadata, STRIP, "true", "false");
    }
    float[] scores = metadata.numbers(SCORES).orElseThrow(() -> metadata.missing(SCORES));
    GgufTokens.requireOnePerToken(metadata, SCORES, scores.length, tokens.size());
    for (int id = 0; id < scores.length; id++) {
      if (Float.isNaN(scores[id])) {
        throw metadata.wrong(SCORES, "has NaN, id " + id);
      }
    }
    boolean prefixed = metadata.flag(ADD_PREFIX).orElse(true);
    String strip = prefixed ? ", {'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0}" : "";
    OptionalInt begin = tokens.named(metadata, GgufTokens.BEGIN);
    if (begin.isEmpty() && tokens.size() > USUAL_BEGIN) {
      begin = OptionalInt.of(USUAL_BEGIN);
    }
    return new BpeForm(
        json("{'type': 'Replace', 'pattern': {'String': ' '}, 'content': '" + BLANK + "'}"),
        NullNode.getInstance(),
        json(
            "{'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': {'String': '"
                + BLANK
                + "'}, 'content': ' '}, {'type': 'ByteFallback'}, {'type': 'Fuse'}"
                + strip
                + "]}"),
        new BpeForm.Model(pieces(scores), false, true, unknown()),
        false,
        around(prefixed ? BLANK : "", true, begin));
  }

  private List<Merge> pieces(float[] scores) {
    return SentencePieceMerges.of(tokens, scores, GgufTokens.MOST)
        .orElseThrow(
            () ->
                metadata.wrong(
                    GgufTokens.TOKENS,
                    "has tokens that can be cut in more than %d ways".formatted(GgufTokens.MOST)));
  }

  private BpeForm.Around around(String prefix, boolean begins, OptionalInt begin) {
    boolean added = metadata.flag(ADD_BEGIN).orElse(begins);
    boolean ended = metadata.flag(ADD_END).orElse(false);
    return new BpeForm.Around(
        prefix,
        added ? begin : OptionalInt.empty(),
        ended ? tokens.named(metadata, GgufTokens.END) : OptionalInt.empty());
  }

  private OptionalInt unknown() {
    OptionalInt named = tokens.named(metadata, UNKNOWN);
    return named.isPresent()
        ? named
        : IntStream.range(0, tokens.size())
            .filter(id -> tokens.kind(id) == TokenKind.UNKNOWN)
            .findFirst();
  }

  /** Returns a constant of this class, in which apostrophes stand for quotation marks. */
  private static ObjectNode json(String text) {
    return StrictJson.object("tokenizer", text.replace('\'', '"'), "report this");
  }
}
