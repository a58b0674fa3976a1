package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  private final Samples samples = new Samples();

  @Test
  void scaleAndAdd() {
    for (int n : SIZES) {
      float[] expected = samples.floats(n + 9);
      float[] actual = expected.clone();
      float[] b = samples.floats(n + 4);
      SCALAR.scale(expected, 5, n, 0.37f);
      VECTOR.scale(actual, 5, n, 0.37f);
      assertBits(expected, actual, "scale " + n);
      SCALAR.add(expected, 3, b, 2, n);
      VECTOR.add(actual, 3, b, 2, n);
      assertBits(expected, actual, "add " + n);
    }
  }

  @Test
  void maxMagnitudeIsThatOfTheLargestOrOfWhatIsNoNumber() {
    float[] odd = {1e30f, -1e30f, Float.NEGATIVE_INFINITY, Float.NaN, -Float.NaN};
    for (int n : SIZES) {
      float[] a = samples.floats(n + 9);
      a[4] = a[5 + n] = 1e35f;
      float expected = 0;
      for (int i = 5; i < 5 + n; i++) {
        expected = Math.max(expected, Math.abs(a[i]));
      }
      assertEquals(expected, SCALAR.maxMagnitude(a, 5, n), "scalar " + n);
      assertEquals(expected, VECTOR.maxMagnitude(a, 5, n), "vector " + n);
      for (int place = 5; place < 5 + n; place += Math.max(1, n / 7)) {
        float kept = a[place];
        for (float value : odd) {
          a[place] = value;
          assertEquals(Math.abs(value), SCALAR.maxMagnitude(a, 5, n), "scalar " + place);
          assertEquals(Math.abs(value), VECTOR.maxMagnitude(a, 5, n), "vector " + place);
        }
        a[place] = kept;
      }
    }
  }

  @Test
  void groupMaximaAreThoseOfEachGroup() {
    for (int n : new int[] {0, 1, 15, 16, 17, 100, 511, 512, 513, 528, 1024, 1500, 4096 + 31}) {
      float[] a = samples.floats(n + 9);
      a[4] = 1e35f;
      float[] expected = new float[Kernels.groups(n) + 1];
      Arrays.fill(expected, 0, Kernels.groups(n), Float.NEGATIVE_INFINITY);
      for (int i = 0; i < n; i++) {
        int group = i / 512 * 16 + i % 16;
        expected[group] = Math.max(expected[group], a[5 + i]);
      }
      float[] scalar = new float[expected.length];
      float[] vector = new float[expected.length];
      float largest = SCALAR.maxMagnitude(a, 5, n);
      assertEquals(largest, SCALAR.groupMaxima(a, 5, n, scalar), "scalar " + n);
      assertEquals(largest, VECTOR.groupMaxima(a, 5, n, vector), "vector " + n);
      assertBits(expected, scalar, "scalar " + n);
      assertBits(expected, vector, "vector " + n);
      for (int place = 5; place < 5 + n; place += 1 + n / 9) {
        float kept = a[place];
        for (float odd : new float[] {Float.NaN, -Float.NaN, -INFINITY, INFINITY}) {
          a[place] = odd;
          assertEquals(Math.abs(odd), SCALAR.groupMaxima(a, 5, n, scalar), "scalar " + place);
          assertEquals(Math.abs(odd), VECTOR.groupMaxima(a, 5, n, vector), "vector " + place);
        }
        a[place] = kept;
      }
    }
  }

  @Test
  void siluMultiply() {
    for (int n : SIZES) {
      for (float spread : new float[] {1f, 40f, 1e4f}) {
        float[] gate = samples.floats(n + 9);
        for (int i = 0; i < gate.length; i++) {
          gate[i] *= spread;
        }
        float[] up = samples.floats(n + 4);
        float[] expected = gate.clone();
        float[] actual = gate.clone();
        SCALAR.siluMultiply(expected, 5, up, 2, n);
        VECTOR.siluMultiply(actual, 5, up, 2, n);
        assertBits(expected, actual, "silu " + n + " " + spread);
        for (int i = 0; i < n; i++) {
          double exact = gate[5 + i] / (1 + Math.exp(-gate[5 + i])) * up[2 + i];
          double bound = Math.abs(exact) * 1e-6 + 1e-33 * spread;
          assertEquals(exact, expected[5 + i], bound, gate[5 + i] + Samples.seed());
        }
      }
    }
  }

  @Test
  void rmsNorm() {
    for (int n : SIZES) {
      float[] x = samples.floats(n + 9);
      float[] weight = samples.floats(n);
      float[] expected = new float[n + 2];
      float[] actual = new float[n + 2];
      SCALAR.rmsNorm(x, 5, weight, 1e-6f, expected, 2, n);
      VECTOR.rmsNorm(x, 5, weight, 1e-6f, actual, 2, n);
      assertBits(expected, actual, "norm " + n);
      double squares = 0;
      for (int i = 0; i < n; i++) {
        squares += (double) x[5 + i] * x[5 + i];
      }
      for (int i = 0; i < n; i++) {
        double exact = x[5 + i] / Math.sqrt(squares / n + 1e-6f) * weight[i];
        assertEquals(exact, expected[2 + i], Math.abs(exact) * 1e-5 + 1e-40, n + Samples.seed());
      }
      VECTOR.rmsNorm(x, 5, weight, 1e-6f, x, 5, n);
      float[] inPlace = new float[n + 2];
      System.arraycopy(x, 5, inPlace, 2, n);
      assertBits(expected, inPlace, "norm in place " + n);
    }
  }

  @Test
  void rope() {
    for (int half : SIZES) {
      float[] x = samples.floats(2 * half + 9);
      float[] cosine = samples.floats(half + 3);
      float[] sine = samples.floats(half + 3);
      float[] expected = x.clone();
      float[] actual = x.clone();
      SCALAR.rope(expected, 5, 2 * half, cosine, sine, 3);
      VECTOR.rope(actual, 5, 2 * half, cosine, sine, 3);
      assertBits(expected, actual, "rope " + half);
      for (int i = 0; i < half; i++) {
        double a = x[5 + i];
        double b = x[5 + half + i];
        double c = cosine[3 + i];
        double s = sine[3 + i];
        double bound = (Math.abs(a) + Math.abs(b)) * (Math.abs(c) + Math.abs(s)) * 0x1p-22;
        assertEquals(a * c - b * s, expected[5 + i], bound + 1e-40, half + Samples.seed());
        assertEquals(b * c + a * s, expected[5 + half + i], bound + 1e-40, half + Samples.seed());
      }
    }
  }
}
