package kvasir.engine.batch;

import kvasir.engine.sampling.ChosenToken;

/** Receiver of a sequence's results on rank 0. */
public interface TokenSink {
  /**
   * Called once, before the first rows are computed.
   *
   * @param cachedTokens number of tokens of the prompt that were found in the cache
   */
  default void began(int cachedTokens) {}

  /**
   * Takes a token of the prompt, if the request has it scored. The tokens come in order, from the
   * second one on, before the first one that is chosen.
   *
   * @param token the token, described as if it had been chosen
   */
  default void described(ChosenToken token) {}

  /**
   * Takes the attention of the row that chooses the next token, if the request has it counted.
   *
   * @param attention attention of this one token
   */
  default void attended(BlockAttention attention) {}

  /** Takes the next token; returns true if it ends the sequence. */
  boolean accept(ChosenToken token);

  /**
   * Called after the last token and before {@link #finished}, if the output is complete by the
   * request's constraint.
   */
  default void completed() {}

  /** Called once, after the last token. */
  void finished();

  /**
   * Called once, in place of {@link #finished}, if the sequence cannot go on.
   *
   * @param cause the reason, for the user
   */
  void failed(String cause);
}
