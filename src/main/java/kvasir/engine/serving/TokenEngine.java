package kvasir.engine.serving;

/**
 * Computes generations of many clients at a time, each with the tokens that it has alone.
 * Thread-safe.
 */
public interface TokenEngine {
  /**
   * Submits a generation, which begins when there is room for it.
   *
   * @param listener receives the results, or a failure, even if the engine has ended
   */
  GenerationHandle submit(Generation generation, GenerationListener listener);

  /** Returns the engine's state. */
  EngineState state();
}
