package kvasir.model;

import java.util.ArrayList;
import java.util.List;
import kvasir.kernel.Kernels;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Shares;
import kvasir.weights.Checkpoint;

/**
 * Sizes of a model's packed matrices for any number of ranks.
 *
 * @param matrices views of all matrices in the checkpoint, whole
 */
public record WeightSizes(List<Matrix> matrices) {
  /**
   * Returns the sizes for a checkpoint.
   *
   * @throws kvasir.error.UserError if a tensor is missing or has another shape
   */
  public static WeightSizes of(Checkpoint checkpoint, ModelConfig config, Kernels kernels) {
    List<Matrix> matrices = new ArrayList<>();
    ModelWeights.visit(checkpoint, config, kernels, matrices::add);
    return new WeightSizes(List.copyOf(matrices));
  }

  /** Returns the bytes that a weight takes in the files, on average over all matrices. */
  public double bytesPerWeight() {
    double bytes = matrices.stream().mapToLong(Matrix::byteSize).sum();
    return bytes / matrices.stream().mapToLong(m -> (long) m.rows() * m.columns()).sum();
  }

  /** Returns the bytes of a rank's slices. */
  public long bytes(Shares shares, int rank) {
    long sum = 0;
    for (Matrix matrix : matrices) {
      int outputs = new OutputSlices(matrix.rows(), shares).count(rank);
      sum += PackedWeights.bytes(matrix.type(), matrix.columns(), outputs);
    }
    return sum;
  }
}
