package kvasir.engine.batch;

/**
 * Consecutive rows of one sequence in a step.
 *
 * @param sequence number of the sequence
 * @param position position of the first row's token in the sequence; the tokens before it are
 *     stored
 * @param tokens ids of the rows, at least one
 * @param logits number of last rows whose logits are needed
 */
public record Span(long sequence, int position, int[] tokens, int logits) {
  public Span {
    boolean inRange = (long) position + tokens.length <= Integer.MAX_VALUE && position >= 0;
    if (tokens.length == 0 || !inRange || logits < 0 || logits > tokens.length) {
      throw new IllegalArgumentException(
          "span at " + position + ", " + tokens.length + " rows, " + logits + " with logits");
    }
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
