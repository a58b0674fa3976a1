package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Conversion of a single token's spelling to the bytes of its text. It covers the steps of a
 * tokenizer's decoder that look at one token at a time: those of byte-level tokenizers, and of
 * tokenizers like SentencePiece, which spell characters that they lack byte by byte.
 *
 * @param steps steps from a token's spelling to its bytes
 * @param malformed the way in which bytes that are not UTF-8 are shown
 * @param strip the character that is removed at the beginning of the text
 * @param stripped the largest number of characters that are removed there
 */
record TokenBytes(
    List<DecoderStep> steps, Utf8Stream.Malformed malformed, char strip, int stripped) {
  /**
   * A token between two steps.
   *
   * @param text the token as text
   * @param bytes the token as bytes; null before a step has produced them
   */
  private record TokenText(String text, byte[] bytes) {}

  /** A step of the decoder. */
  private interface DecoderStep {
    /**
     * Returns the token after this step.
     *
     * @param first true if no token with text comes before
     */
    TokenText apply(TokenText token, boolean first);
  }

  /**
   * Returns the conversion by the decoder of a tokenizer.json; empty if one of its steps looks at
   * several tokens or is not known.
   */
  static Optional<TokenBytes> of(JsonNode decoder) {
    List<DecoderStep> steps = new ArrayList<>();
    Utf8Stream.Malformed malformed = Utf8Stream.Malformed.BY_BEGINNING;
    char strip = ' ';
    int stripped = 0;
    boolean fused = false;
    for (JsonNode step : flat(decoder)) {
      String type = step.path("type").asText();
      if (fused && !type.equals("Fuse") && !(type.equals("Strip") && stripped == 0)) {
        return Optional.empty();
      }
      switch (type) {
        case "ByteLevel" -> steps.add(TokenBytes::byteLevel);
        case "ByteFallback" -> {
          steps.add(TokenBytes::byteFallback);
          malformed = Utf8Stream.Malformed.BY_BYTE;
        }
        case "Fuse" -> fused = true;
        case "Replace" -> {
          String pattern = step.path("pattern").path("String").asText();
          if (pattern.isEmpty()) {
            return Optional.empty();
          }
          steps.add(replace(pattern, step.path("content").asText()));
        }
        case "Metaspace" -> steps.add(metaspace(step));
        case "Strip" -> {
          String content = step.path("content").asText();
          if (!fused || step.path("stop").asInt() != 0 || !content.matches("\\p{ASCII}")) {
            return Optional.empty();
          }
          strip = content.charAt(0);
          stripped = step.path("start").asInt();
        }
        default -> {
          return Optional.empty();
        }
      }
    }
    return steps.isEmpty()
        ? Optional.empty()
        : Optional.of(new TokenBytes(List.copyOf(steps), malformed, strip, stripped));
  }

  private static List<JsonNode> flat(JsonNode decoder) {
    List<JsonNode> steps = new ArrayList<>();
    if (decoder.path("type").asText().equals("Sequence")) {
      decoder.path("decoders").forEach(inner -> steps.addAll(flat(inner)));
    } else {
      steps.add(decoder);
    }
    return steps;
  }

  /**
   * Returns the bytes of a token.
   *
   * @param first true if no token with text comes before
   */
  byte[] of(String spelling, boolean first) {
    TokenText token = new TokenText(spelling, null);
    for (DecoderStep step : steps) {
      token = token.bytes() == null ? step.apply(token, first) : token;
    }
    return token.bytes() == null ? token.text().getBytes(StandardCharsets.UTF_8) : token.bytes();
  }

  private static DecoderStep replace(String pattern, String content) {
    return (token, first) -> new TokenText(token.text().replace(pattern, content), null);
  }

  private static DecoderStep metaspace(JsonNode step) {
    String blank = step.path("replacement").asText("\u2581");
    boolean kept = step.path("prepend_scheme").asText().equals("never");
    return (token, first) ->
        new TokenText(token.text().replace(blank, first && !kept ? "" : " "), null);
  }

  private static TokenText byteFallback(TokenText token, boolean first) {
    String text = token.text();
    boolean isByte =
        text.length() == 6
            && text.startsWith("<0x")
            && text.endsWith(">")
            && HexFormat.isHexDigit(text.charAt(3))
            && HexFormat.isHexDigit(text.charAt(4));
    return isByte ? new TokenText(text, HexFormat.of().parseHex(text, 3, 5)) : token;
  }

  /**
   * Replaces each character of GPT-2's alphabet by the byte that it stands for. A token with
   * another character is plain text.
   */
  private static TokenText byteLevel(TokenText token, boolean first) {
    String text = token.text();
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      int value = byteOf(text.charAt(i));
      if (value < 0) {
        return new TokenText(text, text.getBytes(StandardCharsets.UTF_8));
      }
      bytes[i] = (byte) value;
    }
    return new TokenText(text, bytes);
  }

  // GPT-2's alphabet: visible characters of Latin-1 stand for themselves. The other bytes, which
  // are 00 to 20, 7F to A0 and AD, are written as U+0100 and following, in this order.
  private static int byteOf(char c) {
    if ((c >= '!' && c <= '~') || (c >= '\u00A1' && c <= '\u00FF' && c != '\u00AD')) {
      return c;
    }
    int order = c - 0x100;
    if (order < 0 || order > 0x43) {
      return -1;
    }
    return order <= 0x20 ? order : order == 0x43 ? 0xAD : order - 0x21 + 0x7F;
  }
}
