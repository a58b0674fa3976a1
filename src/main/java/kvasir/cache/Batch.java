package kvasir.cache;

import java.util.List;

/**
 * Rows that one forward pass computes: pieces of prompts and single decoded tokens, from one or
 * several sequences. The rows of a span are consecutive. Immutable; the caches stay the caller's.
 */
public final class Batch {
  private final List<Span> spans;
  private final int[] starts;
  private final KvCache[] caches;
  private final int[] positions;

  /**
   * Consecutive tokens of one sequence.
   *
   * @param cache the sequence
   * @param first position of the first token in the sequence
   * @param count number of tokens, at least 1
   */
  public record Span(KvCache cache, int first, int count) {
    public Span {
      if (count < 1 || first < 0) {
        throw new IllegalArgumentException(count + " tokens at " + first);
      }
    }

    /** Returns one past the position of the last token. */
    public int end() {
      return first + count;
    }
  }

  /** Creates a batch; no two spans are of the same sequence. */
  public Batch(List<Span> spans) {
    this.spans = List.copyOf(spans);
    this.starts = new int[spans.size() + 1];
    for (int i = 0; i < starts.length - 1; i++) {
      starts[i + 1] = Math.addExact(starts[i], spans.get(i).count());
    }
    int rows = starts[starts.length - 1];
    this.caches = new KvCache[rows];
    this.positions = new int[rows];
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      for (int row = 0; row < span.count(); row++) {
        caches[starts[i] + row] = span.cache();
        positions[starts[i] + row] = span.first() + row;
      }
    }
  }

  /** Returns the batch of the next {@code count} tokens of one sequence. */
  public static Batch of(KvCache cache, int first, int count) {
    return new Batch(List.of(new Span(cache, first, count)));
  }

  /** Returns the spans, in the order of their rows. */
  public List<Span> spans() {
    return spans;
  }

  /** Returns the first row of a span. */
  public int start(int span) {
    return starts[span];
  }

  /** Returns the number of rows of all spans. */
  public int rows() {
    return positions.length;
  }

  /** Returns the sequence of a row. */
  public KvCache cache(int row) {
    return caches[row];
  }

  /** Returns the positions of all rows' tokens, {@code [rows]}; not to be changed. */
  public int[] positions() {
    return positions;
  }

  /** Returns the position of a row's token in its sequence. */
  public int position(int row) {
    return positions[row];
  }
}
