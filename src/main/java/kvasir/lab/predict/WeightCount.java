package kvasir.lab.predict;

import java.util.ArrayList;
import java.util.List;
import kvasir.model.ModelConfig;
import kvasir.tensor.DType;
import kvasir.tensor.Panels;
import kvasir.tensor.Split;

/**
 * A model's matrices, counted from its configuration as {@code WeightSizes} counts them in a
 * checkpoint: outputs are dealt out in panels of 32.
 */
record WeightCount(List<MatrixCount> matrices, DType type) {
  /**
   * Matrices of one size.
   *
   * @param times how many there are, all of which a token passes through
   * @param logits whether only the last token of a batch does
   */
  record MatrixCount(int outputs, int inputs, int times, boolean logits) {
    /** Panels of the rank that has most. */
    int panels(int ranks) {
      return Math.ceilDiv(Panels.count(outputs), ranks);
    }

    /** Panels of the thread that has most: where there are few, others have none. */
    int panels(int ranks, int threads) {
      return Math.ceilDiv(panels(ranks), threads);
    }

    long panelElements() {
      return (long) inputs * Panels.WIDTH;
    }
  }

  static WeightCount of(ModelConfig c, DType type) {
    int queries = c.heads() * c.headDim();
    int keys = c.kvHeads() * c.headDim();
    List<MatrixCount> all = new ArrayList<>();
    all.add(new MatrixCount(queries, c.hiddenSize(), c.layers(), false));
    all.add(new MatrixCount(keys, c.hiddenSize(), 2 * c.layers(), false));
    all.add(new MatrixCount(c.hiddenSize(), queries, c.layers(), false));
    all.add(new MatrixCount(c.intermediateSize(), c.hiddenSize(), 2 * c.layers(), false));
    all.add(new MatrixCount(c.hiddenSize(), c.intermediateSize(), c.layers(), false));
    all.add(new MatrixCount(c.vocabulary(), c.hiddenSize(), 1, true));
    return new WeightCount(List.copyOf(all), type);
  }

  /** Bytes of a rank's slices. */
  long bytes(int ranks, int rank) {
    long sum = 0;
    for (MatrixCount matrix : matrices) {
      int panels = Panels.count(matrix.outputs());
      int own = Split.start(panels, ranks, rank + 1) - Split.start(panels, ranks, rank);
      sum += own * matrix.panelElements() * matrix.times() * type.bytes();
    }
    return sum;
  }
}
