package kvasir.attention;

import java.util.Arrays;
import kvasir.cache.Batch;

/**
 * Division of a batch's rows into query tiles. A tile holds consecutive rows of one span. Tiles are
 * listed by falling work, so that no thread begins a long task at the end. The memory is reused.
 * Not thread-safe, except that several threads may read.
 */
final class TileList {
  private static final int INDEX_BITS = 24;

  private int size;
  private int[] spans = new int[0];
  private int[] starts = new int[0];
  private int[] ends = new int[0];
  private long[] order = new long[0];

  /**
   * Divides a batch.
   *
   * @param tileTokens largest number of rows of the batch in a tile
   */
  void divide(Batch batch, int tileTokens) {
    size = 0;
    for (int span = 0; span < batch.spans().size(); span++) {
      int end = batch.start(span + 1);
      for (int from = batch.start(span); from < end; from += tileTokens) {
        add(batch, span, from, Math.min(end, from + tileTokens));
      }
    }
    Arrays.sort(order, 0, size);
  }

  private void add(Batch batch, int span, int from, int to) {
    if (size == order.length) {
      int room = Math.max(16, 2 * size);
      spans = Arrays.copyOf(spans, room);
      starts = Arrays.copyOf(starts, room);
      ends = Arrays.copyOf(ends, room);
      order = Arrays.copyOf(order, room);
    }
    spans[size] = span;
    starts[size] = from;
    ends[size] = to;
    long keys = batch.position(to - 1) + 1L;
    // The sort is ascending: the most work, then the first tile.
    order[size] = -(keys * (to - from)) << INDEX_BITS | size;
    size++;
  }

  /** Returns the number of tiles. */
  int size() {
    return size;
  }

  /** Returns the span of a tile. */
  int span(int tile) {
    return spans[index(tile)];
  }

  /** Returns the first row of a tile in its batch. */
  int from(int tile) {
    return starts[index(tile)];
  }

  /** Returns one past the last row of a tile in its batch. */
  int to(int tile) {
    return ends[index(tile)];
  }

  private int index(int tile) {
    return (int) order[tile] & (1 << INDEX_BITS) - 1;
  }
}
