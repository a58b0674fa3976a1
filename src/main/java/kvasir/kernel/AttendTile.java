package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kvasir.tensor.CachedKeys;
import kvasir.tensor.CachedValues;
import kvasir.tensor.KeyBytes;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/**
 * Attention over KV blocks for many rows, by register tiles. The blocks' keys and values are
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
  static final int KEYS = 128;

  private AttendTile() {}

  /**
   * Folds the blocks of a run, which have the same states, one after the other, as {@link
   * Kernels#attendBlocks} specifies.
   */
  static void attend(Kernels kernels, BlockRun blocks, QueryRows q, float[] states) {
    int stored = 0;
    for (int block = 0; block < blocks.size(); block++) {
      q.firstKey[block] = stored;
      stored += Panels.count(q.mostVisible(block)) * WIDTH;
    }
    if (stored == 0) {
      return;
    }
    int dim = q.headDim;
    float[] keys = q.keys(PackedRows.floats(stored, dim));
    MemorySegment values = q.scratch.panels((long) Panels.count(dim) * stored);
    boolean bytes = blocks.keys(0) instanceof KeyBytes;
    if (bytes) {
      q.bytes.begin(dim, stored);
    }
    for (int block = 0; block < blocks.size(); block++) {
      int first = q.firstKey[block];
      int seen = q.mostVisible(block);
      for (int panel = 0; panel < Panels.count(seen); panel++) {
        widenKeys(blocks.keys(block), panel, first + panel * WIDTH, q, keys);
      }
      for (int panel = 0; panel < Panels.count(dim) && seen > 0; panel++) {
        long target = 4L * WIDTH * (panel * stored + first);
        widenValues(blocks.values(block), panel, first, seen, q, values, target);
      }
    }
    for (int row = 0; row < q.rows(); row += WIDTH) {
      int count = Math.min(WIDTH, q.rows() - row);
      int offset = blocks.offset(0) + row * (dim + 2);
      rows(kernels, blocks.size(), bytes, keys, values, stored, q, row, count, states, offset);
    }
  }

  private static void widenKeys(CachedKeys keys, int panel, int key, QueryRows q, float[] target) {
    switch (keys) {
      case Panels plain -> WidenVector.widen(plain, panel, 0, q.headDim, target, key * q.headDim);
      case KeyBytes bytes -> q.bytes.keys(bytes, panel * WIDTH, key, target, key * q.headDim);
    }
  }

  private static void widenValues(
      CachedValues values,
      int panel,
      int key,
      int n,
      QueryRows q,
      MemorySegment target,
      long targetOffset) {
    switch (values) {
      case Panels plain -> WidenVector.widen(plain, panel, 0, n, target, targetOffset);
      case ScaledRows bytes -> q.bytes.values(bytes, panel, key, n, target, targetOffset);
    }
  }

  private static void rows(
      Kernels kernels,
      int blocks,
      boolean bytes,
      float[] keys,
      MemorySegment values,
      int stored,
      QueryRows q,
      int first,
      int rows,
      float[] states,
      int offset) {
    float[] scores = q.scores(PackedRows.floats(stored, WIDTH));
    load(q, rows, states, offset);
    for (int block = 0; block < blocks; block++) {
      int seen = q.mostVisible(block, first, first + rows);
      int key = q.firstKey[block];
      scores(bytes, keys, q, first, key, seen, scores);
      mask(q.visible(block), first, rows, key, seen, scores);
      softmax(q, block, first, rows, key, seen, scores);
    }
    store(q, rows, states, offset);
    output(kernels, blocks, bytes, values, stored, q, first, rows, scores, states, offset);
  }

  /** Adds the weighted values of all blocks to the outputs of up to 32 rows. */
  private static void output(
      Kernels kernels,
      int blocks,
      boolean bytes,
      MemorySegment values,
      int stored,
      QueryRows q,
      int first,
      int rows,
      float[] scores,
      float[] states,
      int offset) {
    for (int block = 0; block < blocks; block++) {
      int shared = q.leastVisible(block, first, first + rows);
      product(bytes, values, stored, shared, q, block, rows, scores, states, offset);
      if (shared == 0) {
        scale(kernels, q, block, rows, states, offset);
      }
      rest(bytes, values, stored, shared, q, block, first, rows, scores, states, offset);
    }
  }

  /** Rescales outputs, and adds the first keys of a block, which all rows see. */
  private static void product(
      boolean bytes,
      MemorySegment values,
      int stored,
      int shared,
      QueryRows q,
      int block,
      int rows,
      float[] scores,
      float[] states,
      int offset) {
    int size = q.headDim + 2;
    for (int done = 0; done < shared; done += KEYS) {
      int n = Math.min(KEYS, shared - done);
      int key = q.firstKey[block] + done;
      for (int column = 0; column < q.headDim; column += WIDTH) {
        PanelsVector.tiles(
            values,
            4L * (column * stored + key * WIDTH),
            n,
            bytes ? q.bytes.weights(scores, column / WIDTH, key, n) : scores,
            bytes ? 0 : key * WIDTH,
            states,
            offset + 2 + column,
            size,
            rows,
            Math.min(WIDTH, q.headDim - column),
            done == 0 ? q.factors : PanelsVector.ONES,
            done == 0 ? block * WIDTH : 0,
            q.scratch);
      }
    }
  }

  private static void scores(
      boolean bytes,
      float[] keys,
      QueryRows q,
      int first,
      int firstKey,
      int keyCount,
      float[] scores) {
    int dim = q.headDim;
    Arrays.fill(scores, firstKey * WIDTH, (firstKey + keyCount) * WIDTH, 0f);
    long b = 4L * first * dim;
    for (int key = 0; key < keyCount; key += WIDTH) {
      int count = Math.min(WIDTH, keyCount - key);
      int at = firstKey + key;
      if (bytes) {
        q.bytes.scores(q, first, keys, at, count, scores);
        continue;
      }
      PanelsVector.tiles(
          q.transposed(),
          b,
          dim,
          keys,
          at * dim,
          scores,
          at * WIDTH,
          WIDTH,
          count,
          WIDTH,
          PanelsVector.ONES,
          0,
          q.scratch);
    }
  }

  private static void mask(
      int[] visible, int first, int rows, int firstKey, int keyCount, float[] scores) {
    for (int row = 0; row < rows; row++) {
      for (int key = visible[first + row]; key < keyCount; key++) {
        scores[(firstKey + key) * WIDTH + row] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static void load(QueryRows q, int rows, float[] states, int offset) {
    int size = q.headDim + 2;
    Arrays.fill(q.max, 0, WIDTH, 0f);
    for (int row = 0; row < rows; row++) {
      q.max[row] = states[offset + row * size];
      q.total[row] = states[offset + row * size + 1];
    }
  }

  private static void store(QueryRows q, int rows, float[] states, int offset) {
    int size = q.headDim + 2;
    for (int row = 0; row < rows; row++) {
      states[offset + row * size] = q.max[row];
      states[offset + row * size + 1] = q.total[row];
    }
  }

  /** Computes the softmax step of a block, and the factors of its rows' outputs so far. */
  private static void softmax(
      QueryRows q, int block, int first, int rows, int firstKey, int keyCount, float[] scores) {
    int[] visible = q.visible(block);
    int factors = block * WIDTH;
    if (keyCount == 0) {
      Arrays.fill(q.factors, factors, factors + WIDTH, 1f);
      return;
    }
    SoftmaxVector.columns(scores, firstKey * WIDTH, keyCount, q.max, q.factor, q.sum, q.lanes);
    for (int row = 0; row < rows; row++) {
      boolean empty = q.max[row] == Float.NEGATIVE_INFINITY;
      visible[first + row] = empty ? 0 : visible[first + row];
      boolean changes = visible[first + row] > 0;
      q.factors[factors + row] = changes ? q.factor[row] : 1f;
      q.total[row] = changes ? Math.fma(q.total[row], q.factor[row], q.sum[row]) : q.total[row];
    }
  }

  /** Rescales the outputs of rows before a block of which not all see a key. */
  private static void scale(
      Kernels kernels, QueryRows q, int block, int rows, float[] states, int offset) {
    for (int row = 0; row < rows; row++) {
      float factor = q.factors[block * WIDTH + row];
      if (factor != 1f) {
        kernels.scale(states, offset + row * (q.headDim + 2) + 2, q.headDim, factor);
      }
    }
  }

  /**
   * Adds the keys of a block that only some of the 32 rows see, row by row, since a masked key may
   * not change an output.
   */
  private static void rest(
      boolean bytes,
      MemorySegment values,
      int stored,
      int shared,
      QueryRows q,
      int block,
      int first,
      int rows,
      float[] scores,
      float[] states,
      int offset) {
    int begin = q.firstKey[block] + shared;
    for (int row = 0; row < rows; row++) {
      int n = q.visible(block)[first + row] - shared;
      if (n <= 0) {
        continue;
      }
      float[] p = q.row(n);
      for (int key = 0; key < n; key++) {
        p[key] = scores[(begin + key) * WIDTH + row];
      }
      long base = 4L * WIDTH * begin;
      long panel = 4L * WIDTH * stored;
      int out = offset + row * (q.headDim + 2) + 2;
      if (bytes) {
        restOfBytes(values, base, panel, begin, n, q, p, states, out);
        continue;
      }
      DirectProduct.multiplyAdd(
          false, values, base, panel, q.headDim, n, p, 0, 0, 1, states, out, 0, q.scratch);
    }
  }

  private static void restOfBytes(
      MemorySegment values,
      long base,
      long panelStride,
      int begin,
      int n,
      QueryRows q,
      float[] p,
      float[] states,
      int out) {
    float[] weights = q.bytes.row(n);
    for (int column = 0; column < q.headDim; column += WIDTH) {
      int panel = column / WIDTH;
      for (int key = 0; key < n; key++) {
        weights[key] = q.bytes.weight(p[key], panel, begin + key);
      }
      int outputs = Math.min(WIDTH, q.headDim - column);
      DirectProduct.multiplyAdd(
          false,
          values,
          base + panel * panelStride,
          0,
          outputs,
          n,
          weights,
          0,
          0,
          1,
          states,
          out + column,
          0,
          q.scratch);
    }
  }
}
