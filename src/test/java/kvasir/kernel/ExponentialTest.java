package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExponentialTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  private final Samples samples = new Samples();

  @Test
  void isWithinOneUlp() {
    double worst = 0;
    // Every 641st float of each sign: 641 is prime, so that low bits of the significand vary.
    for (int bits = 0; bits <= Float.floatToRawIntBits(Exponential.HIGHEST); bits += 641) {
      worst = Math.max(worst, ulps(Float.intBitsToFloat(bits)));
      float negative = -Float.intBitsToFloat(bits);
      worst = negative < Exponential.LOWEST ? worst : Math.max(worst, ulps(negative));
    }
    assertTrue(worst <= 1, "error of " + worst + " ulp");
  }

  @Test
  void specialValues() {
    assertBits(1f, SCALAR.exp(0f), "0");
    assertBits(1f, SCALAR.exp(-0f), "-0");
    assertBits(0f, SCALAR.exp(-INFINITY), "-inf");
    assertBits(0f, SCALAR.exp(Math.nextDown(Exponential.LOWEST)), "below the lowest");
    assertTrue(SCALAR.exp(Exponential.LOWEST) >= Float.MIN_NORMAL);
    assertTrue(SCALAR.exp(Exponential.HIGHEST) < INFINITY);
    assertBits(INFINITY, SCALAR.exp(Math.nextUp(Exponential.HIGHEST)), "above the highest");
    assertBits(INFINITY, SCALAR.exp(INFINITY), "inf");
    assertBits(0f, SCALAR.exp(-Float.MAX_VALUE), "-max");
    assertTrue(Float.isNaN(SCALAR.exp(Float.NaN)));
    assertTrue(Float.isNaN(SCALAR.exp(Float.intBitsToFloat(0x7f800001))));
  }

  /** Checks the vector exponential through expAndSum, its only caller, with a maximum of 0. */
  @Test
  void vectorIsScalarOverASweep() {
    int n = 4096;
    float[] expected = new float[n];
    for (long from = 0; from < 1L << 32; from += 20011L * n) {
      for (int i = 0; i < n; i++) {
        expected[i] = Float.intBitsToFloat((int) (from + 20011L * i));
      }
      float[] actual = expected.clone();
      float[] one = expected.clone();
      float sum = SCALAR.expAndSum(expected, 0, n, 0f);
      assertBits(sum, VECTOR.expAndSum(actual, 0, n, 0f), "sum from " + from);
      assertBits(expected, actual, "from " + from);
      for (int i = 0; i < n; i += 97) {
        assertBits(actual[i], VECTOR.exp(one[i]), "exp of " + one[i]);
      }
    }
  }

  @Test
  void vectorIsScalarAtSpecialValues() {
    float[] special = {
      0f,
      -0f,
      INFINITY,
      -INFINITY,
      Float.NaN,
      Float.intBitsToFloat(0x7f800155),
      Exponential.LOWEST,
      Math.nextDown(Exponential.LOWEST),
      Math.nextUp(Exponential.LOWEST),
      Exponential.HIGHEST,
      Math.nextUp(Exponential.HIGHEST),
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      -103.9f
    };
    for (float value : special) {
      float[] expected = new float[17];
      Arrays.fill(expected, value);
      float[] actual = expected.clone();
      SCALAR.expAndSum(expected, 0, 17, 0f);
      VECTOR.expAndSum(actual, 0, 17, 0f);
      assertBits(expected, actual, "exp of " + value);
    }
  }

  @Test
  void sumsAndMaxima() {
    for (int n : SIZES) {
      for (float spread : new float[] {0f, 1f, 30f, 1e4f, 2.45e5f}) {
        float[] expected = samples.floats(n + 9);
        for (int i = 0; i < n + 9; i++) {
          expected[i] = i % 7 == 5 ? -INFINITY : expected[i] * spread;
        }
        float[] actual = expected.clone();
        float max = SCALAR.max(expected, 3, n);
        assertBits(max, VECTOR.max(actual, 3, n), "max " + n);
        float sum = SCALAR.expAndSum(expected, 3, n, max);
        assertBits(sum, VECTOR.expAndSum(actual, 3, n, max), "sum " + n + " " + spread);
        assertBits(expected, actual, n + " " + spread);
        double exact = 0;
        for (int i = 3; i < 3 + n; i++) {
          exact += expected[i];
        }
        assertEquals(exact, sum, exact * (n / 16 + 5) * 0x1p-24);
      }
    }
  }

  @Test
  void extremeScores() {
    for (float score : new float[] {1e4f, -1e4f, -2.45e5f, Float.MAX_VALUE}) {
      float[] a = new float[129];
      Arrays.fill(a, score);
      a[128] = -INFINITY;
      float[] b = a.clone();
      assertEquals(128f, SCALAR.expAndSum(a, 0, 129, score));
      assertEquals(128f, VECTOR.expAndSum(b, 0, 129, score));
      assertBits(a, b, "scores of " + score);
      assertBits(0f, b[128], "masked");
    }
    assertBits(-INFINITY, VECTOR.max(new float[0], 0, 0), "max of none");
    assertBits(0f, VECTOR.max(new float[] {-0f, 0f, -0f}, 0, 3), "max of zeros");
    assertBits(0f, VECTOR.expAndSum(new float[0], 0, 0, 0f), "sum of none");
  }

  private static double ulps(float x) {
    double exact = StrictMath.exp(x);
    return Math.abs(SCALAR.exp(x) - exact) / Math.ulp((float) exact);
  }
}
