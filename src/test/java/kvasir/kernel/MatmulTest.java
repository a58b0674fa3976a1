package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatmulTest {
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 7, 8, 17};
  private static final int ROWS = 11;

  private final Samples samples = new Samples();

  @ParameterizedTest
  @EnumSource
  void vectorIsScalarToTheBit(DType type) {
    for (int columns : SIZES) {
      Matrix weights = samples.matrix(type, ROWS, columns);
      for (int tokens : TOKENS) {
        float[] x = samples.floats(3 + tokens * (columns + 5));
        for (int[] range : new int[][] {{0, ROWS}, {0, 4}, {1, 9}, {2, 5}, {10, 11}, {3, 3}}) {
          String what = type + " " + columns + " x " + tokens + " rows " + range[0];
          float[] expected = run(SCALAR, weights, range[0], range[1], x, tokens);
          assertBits(expected, run(VECTOR, weights, range[0], range[1], x, tokens), what);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bitsDependOnNeitherTokensNorRange(DType type) {
    for (int columns : new int[] {40, 128, 129, 1000}) {
      Matrix weights = samples.matrix(type, ROWS, columns);
      int tokens = 17;
      float[] x = samples.floats(3 + tokens * (columns + 5));
      float[] together = run(VECTOR, weights, 0, ROWS, x, tokens);
      float[] apart = together.clone();
      for (int t = 0; t < tokens; t++) {
        for (int o = 0; o < ROWS; o++) {
          apart[7 + t * (ROWS + 2) + o] = Float.NaN;
          int at = 3 + t * (columns + 5);
          int to = 7 + t * (ROWS + 2);
          float[] scratch = new float[Kernels.scratchFloats(columns)];
          VECTOR.matmul(weights, o, o + 1, x, at, 0, 1, apart, to, 0, scratch);
        }
      }
      assertBits(together, apart, type + " " + columns);
    }
  }

  /** More activations than a block that stays in cache has: the rows pass several times. */
  @Test
  void tokensInSeveralBlocks() {
    int columns = 32768;
    Matrix weights = samples.matrix(DType.BF16, 5, columns);
    float[] x = samples.floats(3 + 9 * (columns + 5));
    assertBits(
        run(SCALAR, weights, 0, 5, x, 9), run(VECTOR, weights, 0, 5, x, 9), "several blocks");
  }

  @ParameterizedTest
  @EnumSource
  void isNearDoublePrecision(DType type) {
    for (int columns : SIZES) {
      Matrix weights = samples.matrix(type, ROWS, columns);
      float[] w = Samples.decoded(weights);
      float[] x = samples.floats(3 + columns + 5);
      float[] out = run(SCALAR, weights, 0, ROWS, x, 1);
      for (int o = 0; o < ROWS; o++) {
        double sum = 0;
        double magnitude = 0;
        for (int i = 0; i < columns; i++) {
          double product = (double) w[o * columns + i] * x[3 + i];
          sum += product;
          magnitude += Math.abs(product);
        }
        // Each lane adds columns / 16 terms, and four halvings follow.
        double bound = magnitude * (columns / 16 + 5) * 0x1p-24 + Float.MIN_VALUE * columns;
        assertEquals(sum, out[7 + o], bound, type + " " + columns + Samples.seed());
      }
    }
  }

  @Test
  void paddingTurnsAnUnderflowedSumPositive() {
    for (int columns : new int[] {1, 15, 16, 17}) {
      Matrix weights = samples.matrix(DType.F32, 1, columns);
      float[] w = new float[columns];
      Arrays.fill(w, -1e-30f);
      SCALAR.encode(w, 0, columns, DType.F32, weights.data(), weights.offset());
      float[] x = new float[columns];
      Arrays.fill(x, 1e-30f);
      float[] out = new float[1];
      for (Kernels kernels : new Kernels[] {SCALAR, VECTOR}) {
        kernels.matmul(
            weights, 0, 1, x, 0, 0, 1, out, 0, 0, new float[Kernels.scratchFloats(columns)]);
        assertBits(columns == 16 ? -0f : 0f, out[0], kernels.name() + " " + columns);
      }
    }
  }

  private static float[] run(
      Kernels kernels, Matrix weights, int from, int to, float[] x, int tokens) {
    int columns = weights.columns();
    float[] out = new float[7 + tokens * (ROWS + 2)];
    float[] scratch = new float[Kernels.scratchFloats(columns)];
    kernels.matmul(weights, from, to, x, 3, columns + 5, tokens, out, 7, ROWS + 2, scratch);
    return out;
  }
}
