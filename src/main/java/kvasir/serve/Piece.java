package kvasir.serve;

import java.util.List;

/**
 * Next piece of one choice's answer.
 *
 * @param parts parts that are final; may be none
 * @param entries tokens of the content, if log-probabilities were asked for; may be of a text that
 *     was returned before, if a token has none of its own
 */
record Piece(List<AnswerPart> parts, List<TokenEntry> entries) {
  /** Piece without anything to send. */
  static final Piece EMPTY = new Piece(List.of(), List.of());

  /** Returns a piece of the content. */
  static Piece content(String text, List<TokenEntry> entries) {
    return new Piece(List.of(new AnswerPart.Content(text, 0)), entries);
  }

  /** Returns whether there is nothing to send. */
  boolean isEmpty() {
    return parts.isEmpty() && entries.isEmpty();
  }
}
