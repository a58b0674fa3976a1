package kvasir.engine.serving;

import kvasir.engine.batch.BlockAttention;
import kvasir.engine.sampling.ChosenToken;

/**
 * Receiver of a generation's results. Its methods are called by the engine's thread, one at a time,
 * and must return at once: all generations wait for them.
 */
public interface GenerationListener {
  /**
   * Called once, when the generation waits for its first step; nothing but a failure comes before
   * it.
   */
  void accepted();

  /**
   * Called at most once, before the first rows are computed.
   *
   * @param cachedTokens number of tokens of the prompt that were found in the cache
   */
  void began(int cachedTokens);

  /**
   * Takes the next token of a prompt that is scored, from its second one on. All of them come
   * before the first token of a choice.
   *
   * @param token the token, described as if it had been chosen
   */
  void described(ChosenToken token);

  /**
   * Takes the next token of a choice.
   *
   * @param choice number of the choice, from 0
   */
  void token(int choice, ChosenToken token);

  /**
   * Takes the attention of the row that chooses a choice's next token, before the token, if the
   * generation has it counted.
   *
   * @param choice number of the choice, from 0
   * @param attention attention of this one token
   */
  default void attended(int choice, BlockAttention attention) {}

  /**
   * Called once for each choice, after its last token, unless the generation fails or is cancelled.
   *
   * @param choice number of the choice, from 0
   * @param byEnd true if an end token has ended it, {@link GenerationHandle#stop}, or the end of
   *     what its constraint allows; false if it has as many tokens as the request or the context
   *     allows
   */
  void finished(int choice, boolean byEnd);

  /**
   * Called once if the generation cannot go on; no other method is called after it.
   *
   * @param failure kind of the failure
   * @param cause the reason, for the user
   */
  void failed(Failure failure, String cause);

  /** Kind of a failure. */
  enum Failure {
    /** The request can never be computed with these settings. */
    REFUSED,
    /** The model's numbers are not finite. */
    UNSOUND,
    /** The world of ranks has ended. */
    LOST
  }
}
