package kvasir.model;

import kvasir.tensor.Panels;
import kvasir.tensor.Shares;

/**
 * Which outputs of a layer each rank computes: whole panels, in proportion to the ranks' shares.
 * Splitting outputs changes no sum, so no bit; a rank may have none of a narrow layer.
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

  /** First output of a rank; that of the rank after the last is the number of outputs. */
  int first(int rank) {
    return starts[rank];
  }

  int count(int rank) {
    return starts[rank + 1] - starts[rank];
  }

  /** Outputs of all ranks. */
  int width() {
    return starts[starts.length - 1];
  }
}
