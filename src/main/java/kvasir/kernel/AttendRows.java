package kvasir.kernel;

import java.util.Arrays;
import kvasir.tensor.Panels;

/**
 * Attention over one KV block by online softmax (Milakov and Gimelshein 2018; FlashAttention-2,
 * algorithm 1), row by row. It is used for few rows, and is the reference for {@link AttendTile}.
 */
final class AttendRows {
  private AttendRows() {}

  /** Folds a block into the states, as {@link Kernels#attendBlock} specifies. */
  static void attend(
      Kernels kernels, Panels keys, Panels values, QueryRows q, float[] states, int offset) {
    int mostVisible = q.mostVisible(0, q.rows());
    if (mostVisible == 0) {
      return;
    }
    int panels = Panels.count(mostVisible);
    int stride = panels * Panels.WIDTH;
    int size = q.headDim + 2;
    float[] scores = q.scores(q.rows() * stride);
    kernels.matmul(
        keys, 0, panels, q.queries(), 0, q.headDim, q.rows(), scores, 0, stride, q.scratch);
    for (int row = 0; row < q.rows(); row++) {
      fold(kernels, scores, row * stride, q.visible(), row, states, offset + row * size, q.headDim);
    }
    kernels.accumulate(
        values, scores, 0, stride, q.visible(), q.rows(), states, offset + 2, size, q.scratch);
  }

  private static void fold(
      Kernels kernels,
      float[] scores,
      int scoresOffset,
      int[] visible,
      int row,
      float[] states,
      int state,
      int headDim) {
    int n = visible[row];
    float before = states[state];
    float max = Math.max(before, kernels.max(scores, scoresOffset, n));
    if (max == Float.NEGATIVE_INFINITY) {
      visible[row] = 0; // All keys so far are masked, so the state stays empty.
      return;
    }
    if (n == 0) {
      return;
    }
    float sum = kernels.expAndSum(scores, scoresOffset, n, max);
    rescale(kernels, states, state, headDim, max, kernels.exp(before - max), sum);
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
