package kvasir.engine.batch;

/** Receiver of a sequence's results on rank 0, which also chooses its tokens. */
public interface TokenSink {
  /**
   * Called once, before the first rows are computed.
   *
   * @param cachedTokens number of tokens of the prompt that were found in the cache
   */
  default void began(int cachedTokens) {}

  /**
   * Chooses the next token.
   *
   * @param logits finite; {@code [vocabulary]} from {@code offset} on; valid during the call, and
   *     not to be changed
   */
  int choose(float[] logits, int offset);

  /** Takes the token that was chosen; returns true if it ends the sequence. */
  boolean accept(int token);

  /** Called once, after the last token. */
  void finished();

  /**
   * Called once, in place of {@link #finished}, if the sequence cannot go on.
   *
   * @param cause the reason, for the user
   */
  void failed(String cause);
}
