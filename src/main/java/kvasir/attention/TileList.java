package kvasir.attention;

import java.util.Arrays;
import kvasir.cache.Batch;
import kvasir.cache.SharedPrefixes;

/**
 * Division of a batch's rows into query tiles. A tile has one or more segments, each of consecutive
 * rows of one span; neighbouring segments of a tile share first blocks. Tiles are listed by falling
 * work, so that no thread begins a long task at the end. The memory is reused. Not thread-safe,
 * except that several threads may read.
 */
final class TileList {
  private static final int INDEX_BITS = 24;

  private Batch batch;
  private SharedPrefixes prefixes;
  private int segments;
  private int[] spans = new int[0];
  private int[] starts = new int[0];
  private int[] ends = new int[0];
  private int[] common = new int[0];
  private int size;
  private int[] first = new int[1];
  private long[] order = new long[0];

  /**
   * Divides a batch.
   *
   * @param tileTokens largest number of rows of the batch in a tile of one span
   * @param sharedTokens largest number of rows of the batch in a tile of several spans, which share
   *     blocks; 0 if no tile has several
   */
  void divide(Batch next, int tileTokens, int sharedTokens) {
    if (next != batch) {
      batch = next;
      prefixes = sharedTokens > 0 ? SharedPrefixes.of(next) : SharedPrefixes.none(next);
    }
    segments = 0;
    size = 0;
    int rows = 0;
    for (int place = 0; place < prefixes.size(); place++) {
      int span = prefixes.span(place);
      int count = batch.spans().get(span).count();
      boolean joins = rows > 0 && prefixes.common(place) > 0 && rows + count <= sharedTokens;
      if (joins) {
        add(span, batch.start(span), batch.start(span + 1), prefixes.common(place));
        rows += count;
      } else {
        finish();
        rows = cut(span, tileTokens) == 1 ? count : 0;
      }
    }
    finish();
    Arrays.sort(order, 0, size);
  }

  /**
   * Adds segments of one span, all but the last of which are tiles.
   *
   * @return the number of segments
   */
  private int cut(int span, int tileTokens) {
    int end = batch.start(span + 1);
    int count = 0;
    for (int from = batch.start(span); from < end; from += tileTokens) {
      if (count++ > 0) {
        finish();
      }
      add(span, from, Math.min(end, from + tileTokens), 0);
    }
    return count;
  }

  private void add(int span, int from, int to, int shared) {
    if (segments == spans.length) {
      int room = Math.max(16, 2 * segments);
      spans = Arrays.copyOf(spans, room);
      starts = Arrays.copyOf(starts, room);
      ends = Arrays.copyOf(ends, room);
      common = Arrays.copyOf(common, room);
      first = Arrays.copyOf(first, room + 1);
      order = Arrays.copyOf(order, room);
    }
    spans[segments] = span;
    starts[segments] = from;
    ends[segments] = to;
    common[segments] = shared;
    segments++;
  }

  /** Makes a tile of the segments that are in none yet, if there are any. */
  private void finish() {
    if (segments == first[size]) {
      return;
    }
    long work = 0;
    for (int segment = first[size]; segment < segments; segment++) {
      work += (ends[segment] - starts[segment]) * (batch.position(ends[segment] - 1) + 1L);
    }
    // The sort is ascending: the most work, then the first tile.
    order[size] = -work << INDEX_BITS | size;
    size++;
    first[size] = segments;
  }

  /** Returns the number of tiles. */
  int size() {
    return size;
  }

  /** Returns the first segment of a tile. */
  int firstSegment(int tile) {
    return first[index(tile)];
  }

  /** Returns one past the last segment of a tile. */
  int endSegment(int tile) {
    return first[index(tile) + 1];
  }

  /** Returns the span of a segment. */
  Batch.Span span(int segment) {
    return batch.spans().get(spans[segment]);
  }

  /** Returns the first row of a segment in its batch. */
  int from(int segment) {
    return starts[segment];
  }

  /** Returns one past the last row of a segment in its batch. */
  int to(int segment) {
    return ends[segment];
  }

  /** Returns the position of a segment's last row in its sequence. */
  int lastPosition(int segment) {
    return batch.position(ends[segment] - 1);
  }

  /** Returns the number of rows of a run of segments. */
  int rows(int fromSegment, int toSegment) {
    int rows = 0;
    for (int segment = fromSegment; segment < toSegment; segment++) {
      rows += ends[segment] - starts[segment];
    }
    return rows;
  }

  /**
   * Returns the number of first blocks that a segment shares with the one before it in its tile.
   */
  int common(int segment) {
    return common[segment];
  }

  private int index(int tile) {
    return (int) order[tile] & (1 << INDEX_BITS) - 1;
  }
}
