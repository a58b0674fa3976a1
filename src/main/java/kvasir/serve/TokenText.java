package kvasir.serve;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import kvasir.text.Tokenizer;

/** Spellings of single tokens in answers. */
final class TokenText {
  private TokenText() {}

  /**
   * Returns the text of a token; {@code bytes:\xf0\x9f} for one that is not a whole number of
   * characters.
   */
  static String of(Tokenizer tokenizer, int id) {
    byte[] bytes = tokenizer.bytesOf(id);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder text = new StringBuilder("bytes:");
      for (byte b : bytes) {
        text.append("\\x%02x".formatted(b & 0xff));
      }
      return text.toString();
    }
  }
}
