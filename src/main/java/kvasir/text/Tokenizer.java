package kvasir.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import kvasir.error.UserError;
import kvasir.file.ModelFolder;
import kvasir.file.gguf.GgufMetadata;
import kvasir.file.gguf.GgufModel;
import kvasir.file.gguf.GgufPath;

/** A model's tokenizer. It owns native memory, which {@link #close} frees. Thread-safe. */
public final class Tokenizer implements AutoCloseable {
  // No padding and no truncation: a prompt of any length is encoded whole.
  private static final Map<String, String> OPTIONS =
      Map.of("padding", "false", "truncation", "false", "modelMaxLength", "2147483647");

  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final Optional<TokenBytes> tokenBytes;

  private final String prefix;
  private final Supplier<TokenizerJson.Parts> source;
  private final Path file;

  /** Number of bytes of the longest token; 0 until it is asked for. */
  private volatile int longestToken;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer,
      TokenizerJson.Parts parts,
      Supplier<TokenizerJson.Parts> source,
      Path file) {
    this.source = source;
    this.file = file;
    this.tokenizer = tokenizer;
    this.vocabulary = parts.vocabulary();
    this.tokenBytes = TokenBytes.of(parts.decoder());
    this.prefix = parts.prefix();
  }

  /**
   * Reads the tokenizer of a model, without using the network: tokenizer.json of its directory, or
   * the metadata of a GGUF file; throws a {@link UserError} if it is missing or not valid.
   *
   * @param model the model's directory, or a GGUF file
   */
  public static Tokenizer open(Path model) {
    Optional<Path> gguf = GgufPath.find(model);
    if (gguf.isPresent()) {
      return of(GgufModel.read(gguf.get()).metadata());
    }
    Path file = new ModelFolder(model).tokenizer();
    return of(() -> TokenizerJson.read(file), file);
  }

  /**
   * Reads the tokenizer in the metadata of a GGUF file; throws a {@link UserError} that names the
   * key if it is not valid or not of a supported kind.
   */
  static Tokenizer of(GgufMetadata metadata) {
    return of(() -> GgufTokenizer.read(metadata), metadata.file());
  }

  private static Tokenizer of(Supplier<TokenizerJson.Parts> source, Path file) {
    NativeLibrary.load();
    TokenizerJson.Parts parts = source.get();
    try (InputStream in = new ByteArrayInputStream(parts.text().getBytes(StandardCharsets.UTF_8))) {
      return new Tokenizer(HuggingFaceTokenizer.newInstance(in, OPTIONS), parts, source, file);
    } catch (IOException | RuntimeException e) {
      throw new UserError(file.toString(), "is no valid tokenizer", "fetch it again", e);
    }
  }

  /** Returns the ids of a text, with the special tokens that the tokenizer puts around it. */
  public int[] encode(String text) {
    return ids(tokenizer.encode(prefixed(text), true, false));
  }

  /** Returns the ids of a text, without special tokens around it. */
  public int[] encodeBare(String text) {
    return ids(tokenizer.encode(prefixed(text), false, false));
  }

  /** Returns the ids of a part of a text, which has no prefix and no special tokens around it. */
  int[] encodeInside(String text) {
    return ids(tokenizer.encode(text, false, false));
  }

  /**
   * Reads the tokenizer again, as one that takes the spelling of a special token for plain
   * characters. The caller closes it.
   */
  Tokenizer withoutSpecialTokens() {
    return of(() -> PlainTokens.of(source.get()), file);
  }

  /**
   * Returns a text with the prefix that SentencePiece puts before it. The library has no equivalent
   * that also applies to a text with a blank at its beginning, and only once to a text with marks
   * inside. A text that begins with a special token, such as a turn of a chat, has none.
   */
  private String prefixed(String text) {
    boolean plain =
        !prefix.isEmpty()
            && !text.isEmpty()
            && vocabulary.special().values().stream()
                .noneMatch(mark -> !mark.isEmpty() && text.startsWith(mark));
    return plain ? prefix + text : text;
  }

  private static int[] ids(Encoding encoding) {
    return Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * Returns the ids of a text, without special tokens around it, and the place of each token in the
   * text.
   */
  public EncodedText encodeWithPlaces(String text) {
    String given = prefixed(text);
    int before = given.length() - text.length();
    Encoding encoding = tokenizer.encode(given, false, false);
    int[] ids = ids(encoding);
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] starts = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      // A token that a normalizer puts in front of the text has no place in it.
      starts[i] =
          spans[i] == null
              ? (i == 0 ? 0 : starts[i - 1])
              : Math.max(0, spans[i].getStart() - before);
    }
    return new EncodedText(text, ids, utf16(text, starts));
  }

  /**
   * Converts indices in code points, which the library counts, to indices in UTF-16 units; changes
   * and returns {@code starts}.
   */
  private static int[] utf16(String text, int[] starts) {
    int unit = 0;
    int point = 0;
    for (int i = 0; i < starts.length; i++) {
      unit = text.offsetByCodePoints(unit, starts[i] - point);
      point = starts[i];
      starts[i] = unit;
    }
    return starts;
  }

  /**
   * Returns the id of the token that is spelled as {@code text}; empty if the text is not a single
   * token.
   */
  public OptionalInt oneToken(String text) {
    int[] ids = ids(tokenizer.encode(text, false, false));
    boolean single = ids.length == 1 && text.equals(vocabulary.tokens().get(ids[0]));
    return single ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  /**
   * Returns the special token that an encoded text begins with twice: it was added by the
   * tokenizer, and the text itself begins with it. Empty if there is none.
   *
   * @param ids result of {@link #encode}
   */
  public Optional<String> doubledBegin(int[] ids) {
    int[] around = encode("");
    int added = Arrays.mismatch(around, ids);
    added = added < 0 ? ids.length : added;
    if (added == 0 || added == ids.length) {
      return Optional.empty();
    }
    int next = ids[added];
    boolean twice = Arrays.stream(around, 0, added).anyMatch(id -> id == next);
    return twice ? specialToken(next) : Optional.empty();
  }

  /** Returns the text of ids, without special tokens. */
  public String decode(int[] ids) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    if (!vocabulary.bytes().isEmpty()) {
      IncrementalDecoder decoder = IncrementalDecoder.of(this, new int[0]);
      StringBuilder text = new StringBuilder();
      Arrays.stream(ids).forEach(id -> text.append(decoder.next(id)));
      return text.append(decoder.finish()).toString();
    }
    return wide.length == 0 ? "" : tokenizer.decode(wide, true);
  }

  /**
   * Returns the bytes that a token adds to a text; those of the spelling for a special token. They
   * may be a part of a character, and are none for an id without a token.
   */
  public byte[] bytesOf(int id) {
    byte[] known = vocabulary.bytes().get(id);
    if (known != null) {
      return known.clone();
    }
    Optional<String> special = specialToken(id);
    if (special.isPresent()) {
      return special.get().getBytes(StandardCharsets.UTF_8);
    }
    Optional<String> spelling = vocabulary.spelling(id);
    if (spelling.isPresent() && tokenBytes.isPresent()) {
      return tokenBytes.get().of(spelling.get(), false);
    }
    return spelling.isEmpty()
        ? new byte[0]
        : decode(new int[] {id}).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the number of bytes of the longest token. */
  public int longestToken() {
    int longest = longestToken;
    if (longest == 0) {
      longest =
          vocabulary.tokens().keySet().stream().mapToInt(id -> bytesOf(id).length).max().orElse(0);
      longestToken = longest;
    }
    return longest;
  }

  /**
   * Returns the spelling of a special token, which is not part of a decoded text; empty for other
   * ids.
   */
  public Optional<String> specialToken(int id) {
    return Optional.ofNullable(vocabulary.special().get(id));
  }

  /** Returns the spellings of all special tokens, in the order of the file. */
  public Set<String> specialTokens() {
    return new LinkedHashSet<>(vocabulary.special().values());
  }

  /**
   * Returns a special token, other than the unknown one, that some part of a text is read as; empty
   * if there is none.
   */
  public Optional<String> specialTokenIn(String text) {
    Optional<String> spelled = specialTokens().stream().filter(text::contains).findFirst();
    // A tokenizer may also find one after it has normalised the text.
    return spelled.or(
        () ->
            Arrays.stream(encodeBare(text))
                .filter(id -> !vocabulary.standsForUnknownText(id))
                .mapToObj(this::specialToken)
                .flatMap(Optional::stream)
                .findFirst());
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /**
   * Returns the conversion of single tokens to bytes; empty if a token's bytes depend on other
   * tokens.
   */
  Optional<TokenBytes> tokenBytes() {
    return tokenBytes;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
