package kvasir.engine.sampling;

import java.util.Optional;

/**
 * Rule about the tokens of one output, after those that there are so far. Immutable, so that
 * choices of a request begin with the same one.
 */
public interface TokenConstraint {
  /** Begins to find the tokens that may come next, which may take long. */
  Search search();

  /** Returns the tokens that may come next; none if the output cannot go on. */
  default TokenMask mask() {
    Search search = search();
    Optional<TokenMask> mask = search.advance();
    while (mask.isEmpty()) {
      mask = search.advance();
    }
    return mask.get();
  }

  /** Returns the rule after one more token. */
  TokenConstraint next(int token);

  /** Returns whether the output is complete, so that nothing but its end may follow. */
  boolean complete();

  /** Search for the tokens that may come next. Used by one thread at a time. */
  @FunctionalInterface
  interface Search {
    /** Goes on for about a fraction of a millisecond; returns the tokens at the end. */
    Optional<TokenMask> advance();
  }

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
