package kvasir.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.OptionalInt;

/**
 * Byte-pair encoding in terms of the tokenizer library, as made from a GGUF file.
 *
 * @param normalizer steps that change the text; a null node for none
 * @param preTokenizer steps that cut the text into words; a null node for none
 * @param decoder steps from tokens to text
 * @param model the merges and what belongs to them
 * @param literalMarks true if user-defined tokens are found in the text as it is, and shown as they
 *     are spelled; false if they are found in the normalised text, and decoded as others
 * @param around additions before and behind a text
 */
record BpeForm(
    JsonNode normalizer,
    JsonNode preTokenizer,
    JsonNode decoder,
    Model model,
    boolean literalMarks,
    Around around) {
  /**
   * The model of byte-pair encoding, without its tokens.
   *
   * @param merges merges in the order in which they are preferred
   * @param wholeWords true if a word that is a token is taken whole, even if no merges lead to it
   * @param byteFallback true if characters that the vocabulary lacks are spelled byte by byte
   * @param unknown the token for text that cannot be spelled
   */
  record Model(List<Merge> merges, boolean wholeWords, boolean byteFallback, OptionalInt unknown) {}

  /**
   * Additions before and behind a text.
   *
   * @param prefix text that is put before a text; may be empty
   * @param begin the token that is put before a text
   * @param end the token that is put behind a text
   */
  record Around(String prefix, OptionalInt begin, OptionalInt end) {}
}
