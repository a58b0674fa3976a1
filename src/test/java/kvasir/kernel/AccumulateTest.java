package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Panels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AccumulateTest {
  private static final int KEYS = 19;
  private static final int[][] COUNTS = {
    {KEYS},
    {0},
    {5, 19},
    {19, 0},
    {7, 8, 9},
    {16, 17, 18, 19},
    {0, 0, 0, 1},
    {19, 19, 19, 19, 19},
    {3, 4, 5, 6, 7, 8, 9, 10, 11}
  };

  private final Samples samples = new Samples();
  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @EnumSource
  void vectorIsScalarToTheBit(DType type) {
    for (int columns : SIZES) {
      Panels values = samples.panels(type, KEYS, columns);
      for (int[] counts : COUNTS) {
        float[] p = samples.floats(2 + counts.length * (KEYS + 1));
        float[] expected = samples.floats(5 + counts.length * (columns + 3));
        float[] actual = expected.clone();
        run(SCALAR, values, p, counts, expected);
        run(VECTOR, values, p, counts, actual);
        assertBits(expected, actual, type + " " + columns + " " + Arrays.toString(counts));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bitsDependOnNoOtherRow(DType type) {
    for (int columns : new int[] {40, 80, 128, 129}) {
      Panels values = samples.panels(type, KEYS, columns);
      for (int[] counts : COUNTS) {
        float[] p = samples.floats(2 + counts.length * (KEYS + 1));
        float[] together = samples.floats(5 + counts.length * (columns + 3));
        float[] apart = together.clone();
        run(VECTOR, values, p, counts, together);
        for (int r = 0; r < counts.length; r++) {
          int[] count = {counts[r]};
          int at = 2 + r * (KEYS + 1);
          int to = 5 + r * (columns + 3);
          VECTOR.accumulate(values, p, at, 0, count, 1, apart, to, 0, scratch);
        }
        assertBits(together, apart, type + " " + columns + " " + Arrays.toString(counts));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNearDoublePrecision(DType type) {
    int columns = 129;
    Panels values = samples.panels(type, KEYS, columns);
    float[] v = new float[KEYS];
    float[] p = samples.floats(2 + KEYS);
    float[] out = new float[5 + columns];
    SCALAR.accumulate(values, p, 2, KEYS, new int[] {KEYS}, 1, out, 5, columns, scratch);
    for (int c = 0; c < columns; c++) {
      double sum = 0;
      double magnitude = 0;
      SCALAR.decodeOutput(values, c, v, 0);
      for (int i = 0; i < KEYS; i++) {
        sum += (double) p[2 + i] * v[i];
        magnitude += Math.abs((double) p[2 + i] * v[i]);
      }
      assertEquals(sum, out[5 + c], magnitude * KEYS * 0x1p-24, type + Samples.seed());
    }
  }

  private void run(Kernels kernels, Panels values, float[] p, int[] counts, float[] out) {
    int stride = values.outputs() + 3;
    kernels.accumulate(values, p, 2, KEYS + 1, counts, counts.length, out, 5, stride, scratch);
  }
}
