package kvasir.grammar.pattern;

/** Error of a regular expression that is not valid, not regular or too large. */
public final class PatternException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an error.
   *
   * @param problem description that follows the words "the pattern"
   */
  PatternException(String problem) {
    super(problem);
  }
}
