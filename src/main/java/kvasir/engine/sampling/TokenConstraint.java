package kvasir.engine.sampling;

/**
 * Rule about the tokens of one output, after those that there are so far. Immutable, so that
 * choices of a request begin with the same one.
 */
public interface TokenConstraint {
  /** Returns the tokens that may come next; none if the output cannot go on. */
  TokenMask mask();

  /** Returns the rule after one more token. */
  TokenConstraint next(int token);

  /** Returns whether the output is complete, so that nothing but its end may follow. */
  boolean complete();

  /** Maker of rules from their descriptions. Thread-safe. */
  @FunctionalInterface
  interface Source {
    /**
     * Returns the rule at the beginning of an output.
     *
     * @param description text that describes the rule
     * @throws IllegalArgumentException if it does not describe one
     */
    TokenConstraint of(String description);
  }
}
