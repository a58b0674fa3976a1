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
import kvasir.error.UserError;
import kvasir.file.ModelFolder;

/** A model's tokenizer. Owns native memory; {@link #close} frees it. Safe for many threads. */
public final class Tokenizer implements AutoCloseable {
  // Neither padded nor cut: a prompt of any length comes out whole.
  private static final Map<String, String> OPTIONS =
      Map.of("padding", "false", "truncation", "false", "modelMaxLength", "2147483647");

  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final Optional<TokenBytes> tokenBytes;

  private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerJson.Parts parts) {
    this.tokenizer = tokenizer;
    this.vocabulary = parts.vocabulary();
    this.tokenBytes = TokenBytes.of(parts.decoder());
  }

  /** Reads a directory's tokenizer.json; touches no network. */
  public static Tokenizer open(Path model) {
    Path file = new ModelFolder(model).tokenizer();
    TokenizerJson.Parts parts = TokenizerJson.read(file);
    NativeLibrary.load();
    try (InputStream in = new ByteArrayInputStream(parts.text().getBytes(StandardCharsets.UTF_8))) {
      return new Tokenizer(HuggingFaceTokenizer.newInstance(in, OPTIONS), parts);
    } catch (IOException | RuntimeException e) {
      throw new UserError(file.toString(), "is no valid tokenizer", "fetch it again", e);
    }
  }

  /** Ids of a text, with the special tokens that the tokenizer puts around it. */
  public int[] encode(String text) {
    return ids(tokenizer.encode(text, true, false));
  }

  /** Ids of a text alone. */
  public int[] encodeBare(String text) {
    return ids(tokenizer.encode(text, false, false));
  }

  private static int[] ids(Encoding encoding) {
    return Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
  }

  /** Ids of a text alone, and where in the text each stands. */
  public EncodedText encodeWithPlaces(String text) {
    Encoding encoding = tokenizer.encode(text, false, false);
    int[] ids = ids(encoding);
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] starts = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      // A token that a normalizer puts in front of the text stands nowhere in it.
      starts[i] = spans[i] == null ? (i == 0 ? 0 : starts[i - 1]) : spans[i].getStart();
    }
    return new EncodedText(text, ids, utf16(text, starts));
  }

  /** The library counts code points where a Java text counts UTF-16 units. */
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

  /** Returns the id of a text that is a token of its own, as the marks of chats are. */
  public OptionalInt oneToken(String text) {
    int[] ids = encodeBare(text);
    boolean own = ids.length == 1 && text.equals(vocabulary.tokens().get(ids[0]));
    return own ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  /**
   * Returns the token that is in front of a text twice: once put there by the tokenizer, and once
   * by the text itself.
   *
   * @param ids of the text, by {@link #encode}
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

  /** Text of ids, special tokens left out. */
  public String decode(int[] ids) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    return wide.length == 0 ? "" : tokenizer.decode(wide, true);
  }

  /** Returns the spelling of a special token, which is no part of a decoded text. */
  public Optional<String> specialToken(int id) {
    return Optional.ofNullable(vocabulary.special().get(id));
  }

  /** Returns the spellings of all special tokens. */
  public Set<String> specialTokens() {
    return new LinkedHashSet<>(vocabulary.special().values());
  }

  /** Returns a special token that a text is read as in some place, other than the unknown one. */
  public Optional<String> specialTokenIn(String text) {
    Optional<String> spelled = specialTokens().stream().filter(text::contains).findFirst();
    // A tokenizer may also find one after it has changed the text's letters.
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

  /** Returns the bytes of tokens where they do not depend on other tokens. */
  Optional<TokenBytes> tokenBytes() {
    return tokenBytes;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
