package kvasir.lab.predict;

import java.util.ArrayList;
import java.util.List;
import kvasir.model.ModelConfig;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;

/**
 * The sizes of a model's matrices, counted from its configuration. The result is that of {@code
 * WeightSizes}, which counts them in a checkpoint: outputs are divided among ranks in panels of 32.
 *
 * @param bytesPerWeight bytes that a weight takes on average
 */
record WeightCount(List<MatrixCount> matrices, double bytesPerWeight) {
  /**
   * A number of matrices of one size.
   *
   * @param times number of such matrices
   * @param logits true if only the last token of a batch passes through them, false if all tokens
   *     do
   */
  record MatrixCount(int outputs, int inputs, int times, boolean logits) {
    /** Returns the number of panels of the rank that has most. */
    int panels(int ranks) {
      return Math.ceilDiv(Panels.count(outputs), ranks);
    }

    /**
     * Returns the number of panels of the thread that has most. If there are few panels, other
     * threads have none.
     */
    int panels(int ranks, int threads) {
      return Math.ceilDiv(panels(ranks), threads);
    }

    /** Returns the number of weights in a panel. */
    long panelElements() {
      return (long) inputs * Panels.WIDTH;
    }
  }

  /** Returns the sizes of the matrices of a model. */
  static WeightCount of(ModelConfig c, double bytesPerWeight) {
    int queries = c.heads() * c.headDim();
    int keys = c.kvHeads() * c.headDim();
    List<MatrixCount> all = new ArrayList<>();
    all.add(new MatrixCount(queries, c.hiddenSize(), c.layers(), false));
    all.add(new MatrixCount(keys, c.hiddenSize(), 2 * c.layers(), false));
    all.add(new MatrixCount(c.hiddenSize(), queries, c.layers(), false));
    all.add(new MatrixCount(c.intermediateSize(), c.hiddenSize(), 2 * c.layers(), false));
    all.add(new MatrixCount(c.hiddenSize(), c.intermediateSize(), c.layers(), false));
    all.add(new MatrixCount(c.vocabulary(), c.hiddenSize(), 1, true));
    return new WeightCount(List.copyOf(all), bytesPerWeight);
  }

  /** Returns the bytes of the matrices' slices on one rank. */
  long bytes(int ranks, int rank) {
    long sum = 0;
    for (MatrixCount matrix : matrices) {
      int panels = Panels.count(matrix.outputs());
      int owned = Split.start(panels, ranks, rank + 1) - Split.start(panels, ranks, rank);
      sum += owned * matrix.panelElements() * matrix.times();
    }
    return Math.round(sum * bytesPerWeight);
  }
}
