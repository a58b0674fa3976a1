package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MergeTest {
  private static final int AT = 3;

  private final Samples samples = new Samples();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void commutesToTheBit(boolean vector) {
    Kernels kernels = vector ? VECTOR : SCALAR;
    for (int n : SIZES) {
      for (float gap : new float[] {0f, 0.3f, 20f, 1e4f, 2.45e5f}) {
        float[] a = state(n, -1.5f);
        float[] b = state(n, -1.5f - gap);
        float[] ab = a.clone();
        kernels.merge(ab, AT, b, AT, n);
        kernels.merge(b, AT, a, AT, n);
        assertBits(
            Arrays.copyOfRange(ab, AT, AT + 2 + n), Arrays.copyOfRange(b, AT, AT + 2 + n), n + "");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theEmptyStateIsNeutralToTheBit(boolean vector) {
    Kernels kernels = vector ? VECTOR : SCALAR;
    for (int n : SIZES) {
      float[] a = state(n, 4f);
      a[AT + 2] = -0f;
      float[] left = a.clone();
      kernels.merge(left, AT, empty(n), AT, n);
      assertBits(a, left, "right empty " + n);
      float[] right = a.clone();
      Arrays.fill(right, AT, AT + 2 + n, 0f);
      right[AT] = Float.NEGATIVE_INFINITY;
      kernels.merge(right, AT, a, AT, n);
      assertBits(a, right, "left empty " + n);
      float[] none = empty(n);
      kernels.merge(none, AT, empty(n), AT, n);
      assertBits(empty(n), none, "both empty " + n);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {-2.45e5f, -100f, -1f, 0f, 2.5f, 1e4f})
  void vectorIsScalarAndNearDoublePrecision(float max) {
    for (int n : SIZES) {
      float[] a = state(n, 1f);
      float[] b = state(n, max);
      float[] expected = a.clone();
      float[] actual = a.clone();
      SCALAR.merge(expected, AT, b, AT, n);
      VECTOR.merge(actual, AT, b, AT, n);
      assertBits(expected, actual, n + "");
      double m = Math.max(1f, max);
      for (int i = AT + 1; i < AT + 2 + n; i++) {
        double ofA = a[i] * Math.exp(1 - m);
        double ofB = b[i] * Math.exp(max - m);
        double bound = (Math.abs(ofA) + Math.abs(ofB)) * 4 * 0x1p-24 + 0x1p-126;
        assertEquals(ofA + ofB, expected[i], bound, n + Samples.seed());
      }
    }
  }

  private float[] state(int n, float max) {
    float[] state = samples.floats(AT + 2 + n + 4);
    state[AT] = max;
    state[AT + 1] = Math.abs(state[AT + 1]) + 1;
    return state;
  }

  private static float[] empty(int n) {
    float[] state = new float[AT + 2 + n];
    state[AT] = Float.NEGATIVE_INFINITY;
    return state;
  }
}
