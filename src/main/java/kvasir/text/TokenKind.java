package kvasir.text;

import java.util.Optional;

/** Kind of a token in a GGUF file. */
enum TokenKind {
  /** A token that words are made of. */
  NORMAL,
  /** The token for text that the vocabulary cannot spell. */
  UNKNOWN,
  /** A token that is recognised in a text, such as the end of a turn, and is never shown. */
  CONTROL,
  /** A token that is recognised in a text as a whole and is shown. */
  USER_DEFINED,
  /** A token that a model was not trained on. */
  UNUSED,
  /** A byte of a character that the vocabulary lacks, spelled as in {@code <0x0A>}. */
  BYTE;

  /**
   * Returns the kind that a number in {@code tokenizer.ggml.token_type} stands for; empty if there
   * is none. The number 0, "undefined", counts as normal.
   */
  static Optional<TokenKind> of(long number) {
    return number < 0 || number > values().length
        ? Optional.empty()
        : Optional.of(values()[Math.max(0, (int) number - 1)]);
  }
}
