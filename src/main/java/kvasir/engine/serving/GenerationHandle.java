package kvasir.engine.serving;

/** A generation that was submitted. Thread-safe. */
public interface GenerationHandle {
  /**
   * Ends one choice at its next token. Tokens that are chosen before the call takes effect still
   * reach the listener.
   *
   * @param choice number of the choice, from 0
   */
  void stop(int choice);

  /** Ends all choices before the next step, and releases their blocks; may be called repeatedly. */
  void cancel();
}
