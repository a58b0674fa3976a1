package kvasir.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import kvasir.error.UserError;
import kvasir.file.gguf.GgufMetadata;

/**
 * Tokens of a GGUF file and their kinds. Several tokens may have one text, and a token may have an
 * empty text or bytes that are not UTF-8; each keeps its id. A text is encoded as the first token
 * that has it. Immutable and thread-safe.
 */
final class GgufTokens {
  static final String TOKENS = "tokenizer.ggml.tokens";
  static final String TYPES = "tokenizer.ggml.token_type";
  static final String BEGIN = "tokenizer.ggml.bos_token_id";
  static final String END = "tokenizer.ggml.eos_token_id";
  // Published ones have at most 256. The work for a token grows with the square of its length.
  private static final int MOST_CHARACTERS = 1000;

  /** Most tokens, and most merges; published vocabularies have a quarter, and half, of it. */
  static final int MOST = 1 << 20;

  private static final char MARK_OF_UNWRITTEN = '\0';

  private final List<byte[]> bytes;
  private final String[] texts;
  private final TokenKind[] kinds;
  private final Map<String, Integer> written;

  private GgufTokens(List<byte[]> bytes, String[] texts, TokenKind[] kinds) {
    this.bytes = bytes;
    this.texts = texts;
    this.kinds = kinds;
    this.written = HashMap.newHashMap(texts.length);
    for (int id = 0; id < texts.length; id++) {
      if (!texts[id].isEmpty() && isUtf8(id)) {
        written.putIfAbsent(texts[id], id);
      }
    }
  }

  /**
   * Reads the tokens; throws a {@link UserError} if they are missing, or their kinds are of another
   * number or not known. Without kinds, bytes and the unknown token are recognised by their text,
   * and the control tokens by the keys of the beginning and end of a text.
   */
  static GgufTokens of(GgufMetadata metadata) {
    requireFew(metadata, TOKENS);
    List<byte[]> bytes = metadata.texts(TOKENS).orElseThrow(() -> metadata.missing(TOKENS));
    if (bytes.isEmpty()) {
      throw metadata.wrong(TOKENS, "is empty");
    }
    String[] texts = new String[bytes.size()];
    for (int id = 0; id < texts.length; id++) {
      texts[id] = new String(bytes.get(id), StandardCharsets.UTF_8);
      if (texts[id].length() > MOST_CHARACTERS) {
        throw metadata.wrong(
            TOKENS,
            "has a token of %d characters, id %d; the longest that is supported has %d"
                .formatted(texts[id].length(), id, MOST_CHARACTERS));
      }
    }
    TokenKind[] kinds =
        metadata
            .integers(TYPES)
            .map(numbers -> kinds(metadata, numbers, texts.length))
            .orElseGet(() -> guessedKinds(metadata, texts));
    return new GgufTokens(bytes, texts, kinds);
  }

  /** Returns tokens that are yet to be written; the arrays are not copied. */
  static GgufTokens of(List<byte[]> bytes, String[] texts, TokenKind[] kinds) {
    return new GgufTokens(bytes, texts, kinds);
  }

  private static TokenKind[] kinds(GgufMetadata metadata, long[] numbers, int tokens) {
    requireOnePerToken(metadata, TYPES, numbers.length, tokens);
    TokenKind[] kinds = new TokenKind[tokens];
    for (int id = 0; id < tokens; id++) {
      long number = numbers[id];
      int token = id;
      kinds[id] =
          TokenKind.of(number)
              .orElseThrow(
                  () -> metadata.wrong(TYPES, "has the unknown type " + number + ", id " + token));
    }
    return kinds;
  }

  private static TokenKind[] guessedKinds(GgufMetadata metadata, String[] texts) {
    OptionalLong begin = metadata.integer(BEGIN);
    OptionalLong end = metadata.integer(END);
    TokenKind[] kinds = new TokenKind[texts.length];
    for (int id = 0; id < texts.length; id++) {
      boolean control =
          (begin.isPresent() && begin.getAsLong() == id)
              || (end.isPresent() && end.getAsLong() == id);
      kinds[id] =
          texts[id].matches("<0x[0-9A-F]{2}>")
              ? TokenKind.BYTE
              : texts[id].equals("<unk>")
                  ? TokenKind.UNKNOWN
                  : control ? TokenKind.CONTROL : TokenKind.NORMAL;
    }
    return kinds;
  }

  /** Throws a {@link UserError} if an array is longer than those of any real vocabulary. */
  static void requireFew(GgufMetadata metadata, String key) {
    int length = metadata.length(key).orElse(0);
    if (length > MOST) {
      throw metadata.wrong(key, "has " + length + " elements, more than " + MOST);
    }
  }

  /** Throws a {@link UserError} if an array has another length than that of the tokens. */
  static void requireOnePerToken(GgufMetadata metadata, String key, int length, int tokens) {
    if (length != tokens) {
      throw metadata.wrong(key, "has %d elements for %d tokens".formatted(length, tokens));
    }
  }

  /**
   * Returns the id that a key of the metadata names; empty if the key is absent; throws a {@link
   * UserError} if there is no such token.
   */
  OptionalInt named(GgufMetadata metadata, String key) {
    OptionalLong id = metadata.integer(key);
    if (id.isEmpty()) {
      return OptionalInt.empty();
    }
    if (id.getAsLong() < 0 || id.getAsLong() >= texts.length) {
      throw metadata.wrong(
          key, "is %d, outside the %d tokens".formatted(id.getAsLong(), texts.length));
    }
    return OptionalInt.of((int) id.getAsLong());
  }

  /** Returns the number of tokens. */
  int size() {
    return texts.length;
  }

  /** Returns the text of a token, as the file spells it. */
  String text(int id) {
    return texts[id];
  }

  /** Returns the bytes of a token's text, as in the file; not to be changed. */
  byte[] bytes(int id) {
    return bytes.get(id);
  }

  /** Returns the kind of a token. */
  TokenKind kind(int id) {
    return kinds[id];
  }

  /** Returns true if the text of a token is UTF-8. */
  boolean isUtf8(int id) {
    return texts[id].indexOf('\uFFFD') < 0
        || Arrays.equals(texts[id].getBytes(StandardCharsets.UTF_8), bytes.get(id));
  }

  /** Returns the id that a text is encoded as; empty if no token has this text. */
  OptionalInt id(String text) {
    Integer id = written.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Returns true if a token is encoded from its text: it is the first of its text. */
  boolean isWritten(int id) {
    return id(texts[id]).orElse(-1) == id;
  }

  /**
   * Returns the spelling of a token that no other token has: its text, or for a token that no text
   * is encoded as, one that cannot be a token's text.
   */
  String spelling(int id) {
    if (isWritten(id)) {
      return texts[id];
    }
    String spelling = MARK_OF_UNWRITTEN + Integer.toString(id);
    while (written.containsKey(spelling)) {
      spelling = MARK_OF_UNWRITTEN + spelling;
    }
    return spelling;
  }

  /** Returns true if a token is recognised as a whole wherever its text stands. */
  boolean isMark(int id) {
    return isWritten(id) && (kinds[id] == TokenKind.CONTROL || kinds[id] == TokenKind.USER_DEFINED);
  }
}
