package kvasir.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import kvasir.engine.sampling.ChosenToken;
import kvasir.text.IncrementalDecoder;
import kvasir.text.Tokenizer;

/** A prompt with which the texts of its choices begin. Used by one thread at a time. */
final class EchoedPrompt {
  private final Tokenizer tokenizer;
  private final int[] ids;
  private final String text;
  private final boolean scored;
  private final List<ChosenToken> described = new ArrayList<>();

  /**
   * Creates a prompt of which no token has been described.
   *
   * @param ids its tokens; not copied
   * @param text its text
   * @param scored whether its tokens have entries
   */
  EchoedPrompt(Tokenizer tokenizer, int[] ids, String text, boolean scored) {
    this.tokenizer = tokenizer;
    this.ids = ids;
    this.text = text;
    this.scored = scored;
  }

  /** Returns whether tokens are still to be described. */
  boolean waits() {
    return scored && described.size() < ids.length - 1;
  }

  /** Takes the next token, from the second one on. */
  void add(ChosenToken token) {
    described.add(token);
  }

  /** Returns the number of code points of the text. */
  int codePoints() {
    return text.codePointCount(0, text.length());
  }

  /** Returns the beginning of each choice. */
  Piece piece() {
    return Piece.content(text, scored ? entries() : List.of());
  }

  private List<TokenEntry> entries() {
    IncrementalDecoder decoder = IncrementalDecoder.of(tokenizer, new int[0]);
    List<TokenEntry> entries = new ArrayList<>();
    int offset = 0;
    for (int i = 0; i < ids.length; i++) {
      int id = ids[i];
      entries.add(
          i == 0
              ? new TokenEntry(id, offset, OptionalDouble.empty(), List.of())
              : entry(described.get(i - 1), offset));
      String piece = tokenizer.specialToken(id).orElseGet(() -> decoder.next(id));
      offset += piece.codePointCount(0, piece.length());
    }
    return entries;
  }

  private static TokenEntry entry(ChosenToken token, int offset) {
    return new TokenEntry(token.id(), offset, token.logprob(), token.likeliest());
  }
}
