package kvasir.model;

import java.util.ArrayList;
import java.util.List;
import kvasir.kernel.Kernels;
import kvasir.tensor.Matrix;
import kvasir.tensor.Panels;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * How much memory a model's matrices take when they are packed, for any number of ranks.
 *
 * @param matrices of all layers, whole, in the checkpoint
 */
public record WeightSizes(List<Matrix> matrices) {
  /** Those of a checkpoint; what is missing in it is a user error. */
  public static WeightSizes of(Checkpoint checkpoint, ModelConfig config, Kernels kernels) {
    List<Matrix> matrices = new ArrayList<>();
    ModelWeights.visit(checkpoint, config, kernels, matrices::add);
    return new WeightSizes(List.copyOf(matrices));
  }

  /** Bytes of a rank's slices. */
  public long bytes(Shares shares, int rank) {
    long sum = 0;
    for (Matrix matrix : matrices) {
      int outputs = new OutputSlices(matrix.rows(), shares).count(rank);
      sum += Panels.bytes(matrix.type(), matrix.columns(), outputs);
    }
    return sum;
  }
}
