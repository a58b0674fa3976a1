package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import kvasir.tensor.DType;
import kvasir.tensor.Panels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatmulTest {
  private static final int[] ROWS = {1, 2, 3, 4, 5, 11, 12, 31, 32, 33, 70};
  private static final int[] OUTPUTS = {1, 15, 16, 17, 32, 40, 64, 130, 161};

  private final Samples samples = new Samples();
  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @EnumSource
  void vectorIsScalarToTheBit(DType type) {
    for (int inputs : SIZES) {
      for (int outputs : OUTPUTS) {
        Panels weights = samples.panels(type, inputs, outputs);
        int rows = ROWS[(inputs + outputs) % ROWS.length];
        float[] x = samples.floats(3 + rows * (inputs + 5));
        String what = type + " " + inputs + " to " + outputs + ", rows " + rows;
        float[] expected = run(SCALAR, weights, 0, weights.count(), x, rows);
        assertBits(expected, run(VECTOR, weights, 0, weights.count(), x, rows), what);
        assertBits(expected, runPacked(SCALAR, weights, x, rows), what + " packed, scalar");
        assertBits(expected, runPacked(VECTOR, weights, x, rows), what + " packed");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bitsDependOnNeitherRowsNorRange(DType type) {
    for (int inputs : new int[] {40, 128, 129, 1000}) {
      Panels weights = samples.panels(type, inputs, 161);
      for (int rows : ROWS) {
        float[] x = samples.floats(3 + rows * (inputs + 5));
        float[] together = runPacked(VECTOR, weights, x, rows);
        float[] apart = new float[together.length];
        for (int t = 0; t < rows; t++) {
          for (int panel = 0; panel < weights.count(); panel++) {
            int at = 3 + t * (inputs + 5);
            int to = 7 + t * (weights.outputs() + 2);
            VECTOR.matmul(weights, panel, panel + 1, x, at, 0, 1, apart, to, 0, scratch);
          }
        }
        assertBits(together, apart, type + " " + inputs + ", rows " + rows);
      }
    }
  }

  @Test
  void anEmptyRangeTouchesNothing() {
    Panels weights = samples.panels(DType.BF16, 40, 70);
    float[] out = run(VECTOR, weights, 1, 1, samples.floats(3 + 45), 1);
    assertBits(new float[out.length], out, "empty range");
  }

  @ParameterizedTest
  @EnumSource
  void isNearDoublePrecision(DType type) {
    for (int inputs : SIZES) {
      Panels weights = samples.panels(type, inputs, 11);
      float[] x = samples.floats(3 + inputs + 5);
      float[] out = run(SCALAR, weights, 0, 1, x, 1);
      float[] w = new float[inputs];
      for (int o = 0; o < 11; o++) {
        SCALAR.decodeOutput(weights, o, w, 0);
        double sum = 0;
        double magnitude = 0;
        for (int i = 0; i < inputs; i++) {
          double product = (double) w[i] * x[3 + i];
          sum += product;
          magnitude += Math.abs(product);
        }
        double bound = magnitude * inputs * 0x1p-24 + Float.MIN_VALUE * inputs;
        assertEquals(sum, out[7 + o], bound, type + " " + inputs + Samples.seed());
      }
    }
  }

  private float[] run(Kernels kernels, Panels weights, int from, int to, float[] x, int rows) {
    int inputs = weights.inputs();
    int stride = weights.outputs() + 2;
    float[] out = new float[7 + rows * stride];
    kernels.matmul(weights, from, to, x, 3, inputs + 5, rows, out, 7, stride, scratch);
    return out;
  }

  private float[] runPacked(Kernels kernels, Panels weights, float[] x, int rows) {
    int inputs = weights.inputs();
    float[] packed = new float[PackedRows.floats(rows, inputs)];
    // The padding of the last panel of rows may have any content.
    java.util.Arrays.fill(packed, Float.NaN);
    PackedRows.pack(x, 3, inputs + 5, rows, inputs, 0, PackedRows.panels(rows), packed);
    int stride = weights.outputs() + 2;
    float[] out = new float[7 + rows * stride];
    kernels.matmulPacked(weights, 0, weights.count(), packed, rows, out, 7, stride, scratch);
    return out;
  }
}
