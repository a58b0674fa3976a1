package kvasir.kernel;

import kvasir.tensor.DType;
import kvasir.tensor.Panels;

/** Scores of a few rows over the keys of several blocks, whose panels are read side by side. */
final class RunScores {
  private RunScores() {}

  /** Computes the scores, as {@link Kernels#scores} specifies, for keys in bf16 or f32. */
  static void multiply(BlockRun blocks, QueryRows q, float[] scores, int stride) {
    int count = 0;
    for (int block = 0; block < blocks.size(); block++) {
      Panels keys = (Panels) blocks.keys(block);
      int first = block * q.rows() * stride;
      for (int panel = 0; panel < Panels.count(q.mostVisible(block)); panel++) {
        Memory.check(keys.data(), keys.rowOffset(panel, 0), q.headDim, keys.rowBytes());
        q.panelAddresses[count] = Memory.start(keys.data()) + keys.rowOffset(panel, 0);
        q.panelScores[count] = first + panel * Panels.WIDTH;
        count++;
      }
    }
    boolean narrow = blocks.keys(0).type() == DType.BF16;
    DirectProduct.multiply(
        narrow,
        q.panelAddresses,
        q.panelScores,
        count,
        q.headDim,
        q.queries(),
        q.headDim,
        q.rows(),
        scores,
        stride);
    for (int block = 0; block < blocks.size(); block++) {
      Memory.keep(blocks.keys(block).data());
    }
  }
}
