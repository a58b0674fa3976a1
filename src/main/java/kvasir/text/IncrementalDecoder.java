package kvasir.text;

/**
 * Text of tokens as they come, each piece as soon as it is certain. All pieces together are the
 * text of the whole sequence less the text of the tokens that came before; no piece ends inside a
 * character. The cost of a token does not grow with the text. Belongs to one thread.
 */
public sealed interface IncrementalDecoder permits ByteDecoder, WindowDecoder {
  /**
   * Begins a text.
   *
   * @param context ids that come before, whose text is not repeated; a character that they begin
   *     belongs to the new text once further tokens complete it
   */
  static IncrementalDecoder of(Tokenizer tokenizer, int[] context) {
    return tokenizer
        .tokenBytes()
        .<IncrementalDecoder>map(bytes -> new ByteDecoder(tokenizer.vocabulary(), bytes, context))
        .orElseGet(() -> new WindowDecoder(tokenizer.vocabulary(), tokenizer::decode, context));
  }

  /** Adds a token; returns the text that is now certain, perhaps none. */
  String next(int id);

  /** Ends the text; returns what was held back, as it stands. */
  String finish();
}
