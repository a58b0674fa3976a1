package kvasir.cache;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Order of a batch's spans in which sequences with common first blocks are neighbours, like a list
 * of suffixes with their longest common prefixes. Immutable.
 */
public final class SharedPrefixes {
  private final int[] spans;
  private final int[] common;

  private SharedPrefixes(int[] spans, int[] common) {
    this.spans = spans;
    this.common = common;
  }

  /** Returns the spans of a batch as they are, without looking for common blocks. */
  public static SharedPrefixes none(Batch batch) {
    int[] spans = new int[batch.spans().size()];
    Arrays.setAll(spans, i -> i);
    return new SharedPrefixes(spans, new int[spans.length]);
  }

  /** Returns the order of a batch, whose sequences must have all the blocks of their rows. */
  public static SharedPrefixes of(Batch batch) {
    List<Batch.Span> spans = batch.spans();
    if (spans.size() < 2) {
      return none(batch);
    }
    Integer[] order = new Integer[spans.size()];
    Arrays.setAll(order, i -> i);
    Comparator<Integer> byBlocks =
        (a, b) -> spans.get(a).cache().compareBlocks(spans.get(b).cache());
    Arrays.sort(order, byBlocks);
    int[] sorted = new int[order.length];
    int[] common = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      sorted[i] = order[i];
      common[i] =
          i == 0 ? 0 : spans.get(sorted[i]).cache().commonBlocks(spans.get(sorted[i - 1]).cache());
    }
    return new SharedPrefixes(sorted, common);
  }

  /** Returns the number of spans. */
  public int size() {
    return spans.length;
  }

  /** Returns the span at a place of the order. */
  public int span(int place) {
    return spans[place];
  }

  /**
   * Returns the number of first blocks that the span at a place shares with the one before it; 0
   * for the first.
   */
  public int common(int place) {
    return common[place];
  }
}
