package kvasir.serve;

import java.util.List;

/**
 * Next part of one choice's answer.
 *
 * @param text text that is final; may be empty
 * @param entries tokens of the text, if log-probabilities were asked for; may be of a text that was
 *     returned before, if a token has none of its own
 */
record Piece(String text, List<TokenEntry> entries) {
  /** Returns whether there is nothing to send. */
  boolean isEmpty() {
    return text.isEmpty() && entries.isEmpty();
  }
}
