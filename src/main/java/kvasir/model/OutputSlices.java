package kvasir.model;

import kvasir.tensor.Panels;
import kvasir.tensor.Shares;

/**
 * Division of a layer's outputs among ranks, in whole panels and in proportion to the ranks'
 * shares. Since only outputs are divided, no sum and no bit changes. A rank may have no output of a
 * narrow layer.
 */
final class OutputSlices {
  private final int[] starts;

  OutputSlices(int outputs, Shares shares) {
    this.starts = new int[shares.parts() + 1];
    for (int rank = 0; rank <= shares.parts(); rank++) {
      int panel = shares.start(Panels.count(outputs), rank);
      starts[rank] = Math.min(outputs, panel * Panels.WIDTH);
    }
  }

  /** Returns the first output of a rank; for the rank after the last one, the number of outputs. */
  int first(int rank) {
    return starts[rank];
  }

  /** Returns the number of outputs of a rank. */
  int count(int rank) {
    return starts[rank + 1] - starts[rank];
  }

  /** Returns the number of outputs of all ranks. */
  int width() {
    return starts[starts.length - 1];
  }
}
