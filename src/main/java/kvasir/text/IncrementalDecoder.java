package kvasir.text;

/**
 * Decoder of a sequence of tokens that returns each piece of text as soon as it is certain. The
 * pieces together are the text of the whole sequence without that of its context. No piece ends
 * inside a character. The time for a token does not grow with the length of the text. A decoder is
 * used by one thread at a time.
 */
public sealed interface IncrementalDecoder permits ByteDecoder, WindowDecoder {
  /**
   * Returns a decoder for the text after {@code context}.
   *
   * @param context ids before the text, which is not repeated; a character that begins in them and
   *     is completed by later tokens belongs to the new text
   */
  static IncrementalDecoder of(Tokenizer tokenizer, int[] context) {
    return tokenizer
        .tokenBytes()
        .<IncrementalDecoder>map(bytes -> new ByteDecoder(tokenizer.vocabulary(), bytes, context))
        .orElseGet(() -> new WindowDecoder(tokenizer.vocabulary(), tokenizer::decode, context));
  }

  /** Adds a token; returns the text that is now certain, which may be empty. */
  String next(int id);

  /**
   * Ends the text; returns the rest that was held back, with U+FFFD in place of incomplete
   * characters.
   */
  String finish();
}
