package kvasir.engine.batch;

/**
 * Consecutive rows of one sequence in a step.
 *
 * @param sequence number of the sequence
 * @param position position of the first row's token in the sequence; the tokens before it are
 *     stored
 * @param tokens ids of the rows, at least one
 * @param logits number of last rows whose logits are needed
 * @param next id of the token behind the last row, if it is known and its logits are needed; then
 *     no token is chosen. Otherwise {@link #NONE}, and the last row with logits chooses a token.
 *     Other rows with logits describe the token of the row behind them
 */
public record Span(long sequence, int position, int[] tokens, int logits, int next) {
  /** Value of {@link #next} if there is no such token. */
  public static final int NONE = -1;

  public Span {
    boolean inRange = (long) position + tokens.length <= Integer.MAX_VALUE && position >= 0;
    if (tokens.length == 0 || !inRange || logits < 0 || logits > tokens.length) {
      throw new IllegalArgumentException(
          "span at " + position + ", " + tokens.length + " rows, " + logits + " with logits");
    }
    if (next < NONE || (next != NONE && logits == 0)) {
      throw new IllegalArgumentException("span with the next token " + next);
    }
  }

  /** Creates a span that describes no token. */
  public Span(long sequence, int position, int[] tokens, int logits) {
    this(sequence, position, tokens, logits, NONE);
  }

  /** Returns whether the last row chooses a token. */
  public boolean chooses() {
    return logits > 0 && next == NONE;
  }

  /** Returns the number of rows that describe the token behind them. */
  public int described() {
    return chooses() ? logits - 1 : logits;
  }

  /**
   * Returns the token that a row describes.
   *
   * @param index number of the row among those that describe tokens
   */
  int describedToken(int index) {
    int behind = tokens.length - logits + index + 1;
    return behind < tokens.length ? tokens[behind] : next;
  }

  /** Returns the number of rows. */
  public int rows() {
    return tokens.length;
  }

  /** Returns the number of keys that the rows attend, their own included. */
  public long keys() {
    return keys(position, tokens.length);
  }

  /** Returns the number of keys that {@code rows} rows from a position on attend. */
  static long keys(int position, int rows) {
    return (long) rows * position + (long) rows * (rows + 1) / 2;
  }
}
