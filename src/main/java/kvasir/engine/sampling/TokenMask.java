package kvasir.engine.sampling;

import java.util.Arrays;

/** A set of tokens of the vocabulary, from which the next one is chosen. Immutable. */
public final class TokenMask {
  /** The set of all tokens of any vocabulary. */
  public static final TokenMask ALL = new TokenMask(null);

  /**
   * Logit of tokens that are not in a mask: finite, as logits must be, and so low that the token's
   * probability is 0.
   */
  private static final float LOWEST = -Float.MAX_VALUE;

  /** Bits of the tokens by id, the lowest first; null for all tokens. */
  private final long[] words;

  private TokenMask(long[] words) {
    this.words = words;
  }

  /** Creates the set of the bits of an array, the lowest of each word first; it is not copied. */
  public static TokenMask of(long[] words) {
    return new TokenMask(words);
  }

  /** Returns whether a token is in the set. */
  public boolean has(int id) {
    return words == null || (id >> 6 < words.length && (words[id >> 6] >>> id & 1) != 0);
  }

  /** Returns whether there is no token in the set. */
  public boolean isEmpty() {
    return words != null && Arrays.stream(words).allMatch(word -> word == 0);
  }

  /** Returns whether all tokens are in the set. */
  public boolean isAll() {
    return words == null;
  }

  /** Returns a copy of the bits; empty for the set of all tokens. */
  public long[] words() {
    return words == null ? new long[0] : words.clone();
  }

  /**
   * Lowers the logits of tokens that are not in the set, so that none of them is chosen.
   *
   * @param logits logits of the ids {@code [firstId, firstId + n)}, the first of them at {@code
   *     offset}; changed in place. Those that are not finite stay as they are
   */
  void apply(float[] logits, int offset, int firstId, int n) {
    for (int i = 0; i < n; i++) {
      if (!has(firstId + i) && Float.isFinite(logits[offset + i])) {
        logits[offset + i] = LOWEST;
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenMask that && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }
}
