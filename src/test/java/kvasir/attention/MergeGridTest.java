package kvasir.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import kvasir.kernel.Kernels;
import kvasir.kernel.VectorKernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Merge of many splits of one softmax, the later half of them empty for part of the rows, compared
 * with double precision: log-sum-exp and output within 1e-5 (the grid of FlashAttention-3's own
 * combine test).
 */
class MergeGridTest {
  private static final int[] ROWS = {1, 2, 3, 64, 113, 1024};
  private static final int[] HEAD_DIMS = {64, 96, 128, 256};
  private static final Kernels KERNELS = new VectorKernels();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 17, 32, 55, 97, 133})
  void splitsMergeToTheWhole(int splits) {
    for (int dim : HEAD_DIMS) {
      for (int rows : ROWS) {
        Random random = new Random(splits * 31L + dim * 7L + rows);
        // All rows are computed alike, so sixteen of many are enough.
        for (int row = 0; row < rows; row += Math.max(1, rows / 16)) {
          int full = row % 3 == 1 ? (splits + 1) / 2 : splits;
          assertRow(random, splits, full, dim);
        }
      }
    }
  }

  private static void assertRow(Random random, int splits, int full, int dim) {
    int leaves = Integer.highestOneBit(Math.max(1, 2 * splits - 1));
    float[][] states = new float[leaves][dim + 2];
    double[] output = new double[dim];
    double logSum = Double.NEGATIVE_INFINITY;
    for (float[] state : states) {
      state[0] = Float.NEGATIVE_INFINITY;
    }
    for (int split = 0; split < full; split++) {
      float[] state = states[split];
      state[0] = (float) (10 * random.nextGaussian());
      state[1] = 1 + random.nextFloat() * 63;
      for (int i = 0; i < dim; i++) {
        state[2 + i] = (float) random.nextGaussian() * state[1];
      }
      logSum = logAdd(logSum, state[0] + Math.log(state[1]));
    }
    for (int split = 0; split < full; split++) {
      double weight = Math.exp(states[split][0] - logSum);
      for (int i = 0; i < dim; i++) {
        output[i] += weight * states[split][2 + i];
      }
    }
    for (int stride = leaves / 2; stride >= 1; stride /= 2) {
      for (int i = 0; i < stride; i++) {
        KERNELS.merge(states[i], 0, states[i + stride], 0, dim);
      }
    }
    float[] merged = states[0];
    String what = splits + " splits, " + full + " full, head_dim " + dim;
    assertEquals(logSum, merged[0] + Math.log(merged[1]), 1e-5, what);
    for (int i = 0; i < dim; i++) {
      assertEquals(output[i], merged[2 + i] / merged[1], 1e-5, what);
    }
  }

  private static double logAdd(double a, double b) {
    double max = Math.max(a, b);
    return max + Math.log(Math.exp(a - max) + Math.exp(b - max));
  }
}
