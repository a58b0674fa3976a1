package kvasir.kernel;

import java.util.Arrays;
import kvasir.tensor.Panels;

/**
 * Attention over KV blocks by online softmax (Milakov and Gimelshein 2018; FlashAttention-2,
 * algorithm 1), row by row. It is used for few rows, and is the reference for {@link AttendTile}.
 */
final class AttendRows {
  private AttendRows() {}

  /** Folds blocks into their states, as {@link Kernels#attendBlocks} specifies. */
  static void attend(Kernels kernels, BlockRun blocks, QueryRows q, float[] states) {
    int stride = stride(blocks, q);
    if (stride == 0) {
      return;
    }
    int rows = q.rows();
    float[] scores = q.scores(blocks.size() * rows * stride);
    kernels.scores(blocks, q, scores, stride);
    for (int block = 0; block < blocks.size(); block++) {
      for (int row = 0; row < rows; row++) {
        int segment = block * rows + row;
        q.counts[segment] = q.visible(block)[row];
        q.max[segment] = states[blocks.offset(block) + row * (q.headDim + 2)];
      }
    }
    kernels.softmax(scores, stride, q.counts, blocks.size() * rows, q.max, q.factor, q.sum);
    for (int block = 0; block < blocks.size(); block++) {
      rescale(kernels, block, q, states, blocks.offset(block));
      add(kernels, blocks, block, q, scores, stride, states);
    }
  }

  /** Returns the scores of a row over a block, in whole panels; 0 if no row sees a key. */
  private static int stride(BlockRun blocks, QueryRows q) {
    int most = 0;
    for (int block = 0; block < blocks.size(); block++) {
      most = Math.max(most, q.mostVisible(block));
    }
    return Panels.count(most) * Panels.WIDTH;
  }

  /** Computes the scores of a run, as {@link Kernels#scores} specifies, block by block. */
  static void scores(Kernels kernels, BlockRun blocks, QueryRows q, float[] scores, int stride) {
    for (int block = 0; block < blocks.size(); block++) {
      int panels = Panels.count(q.mostVisible(block));
      int first = block * q.rows() * stride;
      kernels.matmul(
          (Panels) blocks.keys(block),
          0,
          panels,
          q.queries(),
          0,
          q.headDim,
          q.rows(),
          scores,
          first,
          stride,
          q.scratch);
    }
  }

  /** Rescales the states of a block's rows; those whose keys so far are all masked stay empty. */
  private static void rescale(Kernels kernels, int block, QueryRows q, float[] states, int offset) {
    int[] visible = q.visible(block);
    for (int row = 0; row < q.rows(); row++) {
      int segment = block * q.rows() + row;
      if (q.max[segment] == Float.NEGATIVE_INFINITY) {
        visible[row] = 0;
      } else if (visible[row] > 0) {
        int state = offset + row * (q.headDim + 2);
        rescale(
            kernels, states, state, q.headDim, q.max[segment], q.factor[segment], q.sum[segment]);
      }
    }
  }

  private static void add(
      Kernels kernels,
      BlockRun blocks,
      int block,
      QueryRows q,
      float[] scores,
      int stride,
      float[] states) {
    kernels.accumulate(
        blocks.values(block),
        scores,
        block * q.rows() * stride,
        stride,
        q.visible(block),
        q.rows(),
        states,
        blocks.offset(block) + 2,
        q.headDim + 2,
        q.scratch);
  }

  /** Sets a state's max and sum after a block, and rescales its output. */
  static void rescale(
      Kernels kernels, float[] states, int state, int headDim, float max, float factor, float sum) {
    if (factor != 1f) {
      kernels.scale(states, state + 2, headDim, factor);
    }
    states[state] = max;
    states[state + 1] = Math.fma(states[state + 1], factor, sum);
  }

  /**
   * Sets rows to the state over no keys, (-inf, 0, 0).
   *
   * @param size floats of one state
   */
  static void clear(float[] states, int offset, int rows, int size) {
    Arrays.fill(states, offset, offset + rows * size, 0f);
    for (int row = 0; row < rows; row++) {
      states[offset + row * size] = Float.NEGATIVE_INFINITY;
    }
  }
}
