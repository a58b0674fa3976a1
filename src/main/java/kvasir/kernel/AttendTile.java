package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kvasir.tensor.Panels;

/**
 * Attention over one KV block for many rows, by register tiles. The block's keys and values are
 * widened once for all rows; then 32 rows at a time are held in the lanes. The results have the
 * same bits as those of {@link AttendRows}.
 *
 * <pre>
 *   scores  [keys, 32 rows]     += keys [head_dim][keys]      x queries [head_dim][32 rows]
 *   softmax down the columns, without sums across lanes
 *   output  [32 rows, head_dim] += scores [keys][32 rows]     x values [keys][head_dim]
 * </pre>
 *
 * The first product gives the scores in the layout of packed rows, which the second one reads.
 */
final class AttendTile {
  private static final int WIDTH = Panels.WIDTH;

  /**
   * Number of keys that the second product takes at once: a panel of scores and one of values, 16
   * KiB each, stay in the first-level cache.
   */
  private static final int KEYS = 128;

  private AttendTile() {}

  /** Folds a block into the states, as {@link Kernels#attendBlock} specifies. */
  static void attend(
      Kernels kernels, Panels keys, Panels values, QueryRows q, float[] states, int offset) {
    int mostVisible = q.mostVisible(0, q.rows());
    if (mostVisible == 0) {
      return;
    }
    int dim = q.headDim;
    int keyPanels = Panels.count(mostVisible);
    float[] wideKeys = q.keys(PackedRows.floats(mostVisible, dim));
    for (int panel = 0; panel < keyPanels; panel++) {
      WidenVector.widen(keys, panel, 0, dim, wideKeys, panel * dim * WIDTH);
    }
    MemorySegment wideValues = q.scratch.panels((long) values.count() * mostVisible);
    for (int panel = 0; panel < values.count(); panel++) {
      WidenVector.widen(
          values, panel, 0, mostVisible, wideValues, 4L * WIDTH * panel * mostVisible);
    }
    for (int row = 0; row < q.rows(); row += WIDTH) {
      int count = Math.min(WIDTH, q.rows() - row);
      rows(
          kernels,
          wideKeys,
          wideValues,
          mostVisible,
          q,
          row,
          count,
          states,
          offset + row * (dim + 2));
    }
  }

  private static void rows(
      Kernels kernels,
      float[] keys,
      MemorySegment values,
      int stored,
      QueryRows q,
      int first,
      int rows,
      float[] states,
      int offset) {
    int mostVisible = q.mostVisible(first, first + rows);
    if (mostVisible == 0) {
      return;
    }
    float[] scores = q.scores(PackedRows.floats(mostVisible, WIDTH));
    scores(keys, q, first, mostVisible, scores);
    mask(q.visible(), first, rows, mostVisible, scores);
    softmax(kernels, q, first, rows, mostVisible, scores, states, offset);
    int size = q.headDim + 2;
    int shared = q.leastVisible(first, first + rows);
    for (int key = 0; key < shared; key += KEYS) {
      int n = Math.min(KEYS, shared - key);
      for (int column = 0; column < q.headDim; column += WIDTH) {
        long b = 4L * (column * stored + key * WIDTH);
        int width = Math.min(WIDTH, q.headDim - column);
        int c = offset + 2 + column;
        PanelsVector.tiles(
            values, b, n, scores, key * WIDTH, states, c, size, rows, width, q.scratch);
      }
    }
    rest(values, stored, shared, q, first, rows, scores, states, offset);
  }

  private static void scores(float[] keys, QueryRows q, int first, int keyCount, float[] scores) {
    int dim = q.headDim;
    Arrays.fill(scores, 0, keyCount * WIDTH, 0f);
    long b = 4L * first * dim;
    for (int key = 0; key < keyCount; key += WIDTH) {
      int count = Math.min(WIDTH, keyCount - key);
      PanelsVector.tiles(
          q.transposed(),
          b,
          dim,
          keys,
          key * dim,
          scores,
          key * WIDTH,
          WIDTH,
          count,
          WIDTH,
          q.scratch);
    }
  }

  private static void mask(int[] visible, int first, int rows, int keyCount, float[] scores) {
    for (int row = 0; row < rows; row++) {
      for (int key = visible[first + row]; key < keyCount; key++) {
        scores[key * WIDTH + row] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static void softmax(
      Kernels kernels,
      QueryRows q,
      int first,
      int rows,
      int keyCount,
      float[] scores,
      float[] states,
      int offset) {
    int size = q.headDim + 2;
    Arrays.fill(q.max, 0f);
    for (int row = 0; row < rows; row++) {
      q.max[row] = states[offset + row * size];
    }
    SoftmaxVector.columns(scores, keyCount, q.max, q.factor, q.sum, q.lanes);
    for (int row = 0; row < rows; row++) {
      if (q.max[row] == Float.NEGATIVE_INFINITY) {
        q.visible()[first + row] = 0;
      } else if (q.visible()[first + row] > 0) {
        int state = offset + row * size;
        AttendRows.rescale(
            kernels, states, state, q.headDim, q.max[row], q.factor[row], q.sum[row]);
      }
    }
  }

  /**
   * Adds the keys that only some of the 32 rows see, row by row, since a masked key may not change
   * an output.
   */
  private static void rest(
      MemorySegment values,
      int stored,
      int shared,
      QueryRows q,
      int first,
      int rows,
      float[] scores,
      float[] states,
      int offset) {
    for (int row = 0; row < rows; row++) {
      int n = q.visible()[first + row] - shared;
      if (n <= 0) {
        continue;
      }
      float[] p = q.row(n);
      for (int key = 0; key < n; key++) {
        p[key] = scores[(shared + key) * WIDTH + row];
      }
      long base = 4L * WIDTH * shared;
      long panel = 4L * WIDTH * stored;
      int out = offset + row * (q.headDim + 2) + 2;
      DirectProduct.multiplyAdd(
          false, values, base, panel, q.headDim, n, p, 0, 0, 1, states, out, 0, q.scratch);
    }
  }
}
