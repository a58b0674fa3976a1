package kvasir.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scalar and vector kernels side by side: equality of bits. Seeds are fixed. */
class KernelsTest {
  private static final int[] SIZES = {
    1, 4, 6, 8, 13, 16, 17, 31, 32, 33, 40, 64, 80, 127, 128, 129, 1000
  };
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 7, 8, 17};
  private static final Kernels SCALAR = new ScalarKernels();
  private static final Kernels VECTOR = new VectorKernels();
  private static final Arena ARENA = Arena.ofAuto();

  private static float[] random(long seed, int n, double deviation) {
    Random random = new Random(seed);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (random.nextGaussian() * deviation);
    }
    return x;
  }

  private static Matrix matrix(long seed, DType type, int rows, int columns) {
    int skew = 6; // Rows of a real file begin anywhere.
    MemorySegment data = ARENA.allocate(skew + (long) rows * columns * type.bytes());
    Matrix matrix = new Matrix(type, data, skew, rows, columns);
    SCALAR.encode(random(seed, rows * columns, 1), 0, rows * columns, type, data, skew);
    return matrix;
  }

  private static void assertSameBits(float[] expected, float[] actual, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(expected[i]),
          Float.floatToRawIntBits(actual[i]),
          what + " at " + i + ": " + expected[i] + " against " + actual[i]);
    }
  }

  private static void assertTwins(Function<Kernels, float[]> operation, String what) {
    assertSameBits(operation.apply(SCALAR), operation.apply(VECTOR), what);
  }

  private static float[] matmul(Kernels k, Matrix w, int from, int to, float[] x, int tokens) {
    int n = w.columns();
    float[] out = new float[3 + tokens * (w.rows() + 1)];
    k.matmul(
        w,
        from,
        to,
        x,
        5,
        n + 2,
        tokens,
        out,
        3,
        w.rows() + 1,
        new float[Kernels.scratchFloats(n)]);
    return out;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void matmulTwinsAgree(DType type) {
    for (int n : SIZES) {
      Matrix w = matrix(n, type, 11, n);
      for (int tokens : TOKENS) {
        float[] x = random(n + tokens, 5 + tokens * (n + 2), 1);
        for (int[] range : new int[][] {{0, 11}, {0, 4}, {3, 10}, {5, 5}, {10, 11}}) {
          assertTwins(
              k -> matmul(k, w, range[0], range[1], x, tokens),
              type + " " + n + " columns, " + tokens + " tokens, " + Arrays.toString(range));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void matmulBitsDoNotDependOnTheTile(DType type) {
    Matrix w = matrix(1, type, 9, 80);
    float[] x = random(2, 5 + 17 * 82, 1);
    float[] together = matmul(VECTOR, w, 0, 9, x, 17);
    for (int t = 0; t < 17; t++) {
      float[] one = new float[9];
      for (int o = 0; o < 9; o++) {
        VECTOR.matmul(
            w, o, o + 1, x, 5 + t * 82, 82, 1, one, 0, 9, new float[Kernels.scratchFloats(80)]);
      }
      assertSameBits(Arrays.copyOfRange(together, 3 + t * 10, 3 + t * 10 + 9), one, "token " + t);
    }
  }

  @Test
  void matmulIsTheSumOfProducts() {
    Matrix w = matrix(3, DType.F32, 5, 129);
    float[] x = random(4, 5 + 3 * 131, 1);
    float[] row = new float[129];
    float[] out = matmul(SCALAR, w, 0, 5, x, 3);
    for (int t = 0; t < 3; t++) {
      for (int o = 0; o < 5; o++) {
        SCALAR.decode(w, o, 0, 129, row, 0);
        double sum = 0;
        for (int i = 0; i < 129; i++) {
          sum += (double) row[i] * x[5 + t * 131 + i];
        }
        assertEquals(sum, out[3 + t * 6 + o], 1e-4);
      }
    }
  }

  @Test
  void theLanesAreAddedByHalving() {
    // 2^24 and ones: any other order of additions gives another sum.
    float[] lanes = new float[16];
    Arrays.fill(lanes, 1f);
    lanes[0] = 0x1p24f;
    float eighth = (lanes[0] + lanes[8]) + (lanes[4] + lanes[12]);
    float expected = (eighth + 4f) + (4f + 4f);
    float[] ones = new float[16];
    Arrays.fill(ones, 1f);
    assertEquals(expected, LaneSums.dot(lanes, 0, ones, 0, 16));
    assertEquals(expected, DotTile.one(lanes, 0, ones, 0, 16));
  }

  private static float[] accumulate(Kernels k, Matrix v, float[] p, int[] counts, int rows) {
    int stride = v.columns() + 2;
    float[] out = random(9, 2 + rows * stride, 1);
    k.accumulate(v, p, 1, v.rows(), counts, rows, out, 2, stride);
    return out;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void accumulateTwinsAgree(DType type) {
    Random random = new Random(5);
    for (int n : SIZES) {
      for (int rows : new int[] {1, 2, 3, 4, 5, 9}) {
        Matrix v = matrix(n, type, 19, n);
        float[] p = random(n, 1 + rows * 19, 1);
        int[] counts = random.ints(rows, 0, 20).toArray();
        assertTwins(k -> accumulate(k, v, p, counts, rows), type + " " + n + " x " + rows);
        Arrays.fill(counts, 19);
        assertTwins(k -> accumulate(k, v, p, counts, rows), type + " " + n + " x " + rows);
      }
    }
  }

  @Test
  void elementwiseTwinsAgree() {
    for (int n : SIZES) {
      float[] a = random(n, n + 3, 3);
      float[] b = random(n + 1, n + 7, 3);
      assertTwins(k -> apply(a, x -> k.scale(x, 3, n, 0.37f)), "scale " + n);
      assertTwins(k -> apply(a, x -> k.add(x, 3, b, 7, n)), "add " + n);
      assertTwins(k -> apply(a, x -> k.siluMultiply(x, 3, b, 7, n)), "silu " + n);
      assertTwins(k -> apply(a, x -> k.rmsNorm(x, 3, b, 1e-6f, x, 3, n)), "norm " + n);
      assertTwins(k -> apply(a, x -> k.rope(x, 3, n & -2, b, b, 5)), "rope " + n);
      assertTwins(k -> new float[] {k.max(a, 3, n)}, "max " + n);
      assertTwins(k -> apply(a, x -> x[0] = k.expAndSum(x, 3, n, k.max(x, 3, n))), "exp " + n);
    }
  }

  @Test
  void extremeScoresAgreeAndStayInRange() {
    for (float spread : new float[] {1e4f, 2.45e5f, 0f}) {
      float[] a = random(1, 129, spread);
      a[7] = Float.NEGATIVE_INFINITY;
      assertTwins(k -> apply(a, x -> x[0] = k.expAndSum(x, 0, 129, k.max(x, 0, 129))), "extreme");
      float[] p = apply(a, x -> VECTOR.expAndSum(x, 0, 129, VECTOR.max(x, 0, 129)));
      for (float x : p) {
        assertTrue(x >= 0 && x <= 1);
      }
      assertEquals(0f, p[7]);
    }
  }

  private static float[] apply(float[] a, java.util.function.Consumer<float[]> operation) {
    float[] copy = a.clone();
    operation.accept(copy);
    return copy;
  }

  @Test
  void theExponentialIsAccurateAndTheSameInVectors() {
    float worst = 0;
    float[] xs = new float[200_000];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = -88f + i * (177f / xs.length);
    }
    float[] vector = xs.clone();
    VECTOR.expAndSum(vector, 0, xs.length, 0f);
    for (int i = 0; i < xs.length; i++) {
      float y = Exponential.of(xs[i]);
      assertEquals(Float.floatToRawIntBits(y), Float.floatToRawIntBits(vector[i]), "" + xs[i]);
      double exact = Math.exp(xs[i]);
      if (xs[i] >= Exponential.SMALLEST && xs[i] <= Exponential.LARGEST) {
        worst = Math.max(worst, (float) (Math.abs(y - exact) / Math.ulp((float) exact)));
      }
    }
    assertTrue(worst < 1.5f, "worst error " + worst + " ulp");
    assertEquals(1f, Exponential.of(0f));
    assertEquals(0f, Exponential.of(Float.NEGATIVE_INFINITY));
    assertEquals(Float.POSITIVE_INFINITY, Exponential.of(Float.POSITIVE_INFINITY));
    assertTrue(Float.isNaN(Exponential.of(Float.NaN)));
  }

  private static float[] merge(Kernels k, float[] a, float[] b) {
    return apply(a, x -> k.merge(x, 1, b, 1, a.length - 3));
  }

  @Test
  void mergeIsCommutativeAndTheEmptyStateIsNeutral() {
    for (int n : SIZES) {
      float[] a = random(n, n + 3, 2);
      float[] b = random(n + 1, n + 3, 2);
      a[0] = b[0] = 0;
      a[3] = -0f;
      float[] empty = new float[n + 3];
      empty[1] = Float.NEGATIVE_INFINITY;
      for (Kernels k : new Kernels[] {SCALAR, VECTOR}) {
        assertSameBits(merge(k, a, b), merge(k, b, a), "commutative");
        assertSameBits(a, merge(k, a, empty), "right identity");
        assertSameBits(a, merge(k, empty, a), "left identity");
        assertSameBits(empty, merge(k, empty, empty), "empty");
      }
      assertSameBits(merge(SCALAR, a, b), merge(VECTOR, a, b), "twins");
    }
  }

  @Test
  void sixteenBitTypesRoundTripAllPatterns() {
    for (DType type : new DType[] {DType.BF16, DType.F16}) {
      MemorySegment cells = ARENA.allocate(2L << 16);
      for (int bits = 0; bits < 1 << 16; bits++) {
        cells.set(Conversions.SHORT, 2L * bits, (short) bits);
      }
      Matrix all = new Matrix(type, cells, 0, 1, 1 << 16);
      float[] wide = new float[1 << 16];
      VECTOR.decode(all, 0, 0, 1 << 16, wide, 0);
      float[] twin = new float[1 << 16];
      SCALAR.decode(all, 0, 0, 1 << 16, twin, 0);
      MemorySegment back = ARENA.allocate(2L << 16);
      VECTOR.encode(wide, 0, 1 << 16, type, back, 0);
      for (int bits = 0; bits < 1 << 16; bits++) {
        if (Float.isNaN(twin[bits])) {
          assertTrue(Float.isNaN(wide[bits]));
          assertTrue(Float.isNaN(Conversions.load(type, back, 2L * bits)));
        } else {
          assertEquals(Float.floatToRawIntBits(twin[bits]), Float.floatToRawIntBits(wide[bits]));
          assertEquals((short) bits, back.get(Conversions.SHORT, 2L * bits));
        }
      }
    }
  }

  @Test
  void bf16RoundsTiesToEven() {
    assertEquals((short) 0x3f80, Conversions.toBf16(Float.intBitsToFloat(0x3f808000)));
    assertEquals((short) 0x3f82, Conversions.toBf16(Float.intBitsToFloat(0x3f818000)));
    assertEquals((short) 0x3f81, Conversions.toBf16(Float.intBitsToFloat(0x3f808001)));
    assertEquals((short) 0x7f80, Conversions.toBf16(Float.MAX_VALUE));
  }

  @Test
  void hotKernelsAllocateNothing() {
    Matrix w = matrix(1, DType.BF16, 64, 128);
    float[] x = random(1, 8 * 128, 1);
    float[] out = new float[8 * 130];
    float[] scratch = new float[Kernels.scratchFloats(128)];
    int[] counts = new int[8];
    Arrays.fill(counts, 64);
    assertAllocatesNothing(
        () -> VECTOR.matmul(w, 0, 64, x, 0, 128, 1, out, 0, 64, scratch), "gemv");
    assertAllocatesNothing(
        () -> VECTOR.matmul(w, 0, 64, x, 0, 128, 8, out, 0, 64, scratch), "gemm");
    assertAllocatesNothing(
        () -> VECTOR.accumulate(w, x, 0, 64, counts, 8, out, 0, 130), "accumulate");
    assertAllocatesNothing(() -> VECTOR.expAndSum(x, 0, 1000, 5f), "softmax");
    assertAllocatesNothing(() -> VECTOR.merge(out, 0, out, 130, 128), "merge");
  }

  private static void assertAllocatesNothing(Runnable kernel, String what) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20_000; i++) {
      kernel.run();
    }
    long perCall = Long.MAX_VALUE;
    for (int round = 0; round < 20 && perCall > 16; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 2_000; i++) {
        kernel.run();
      }
      perCall = (threads.getCurrentThreadAllocatedBytes() - before) / 2_000;
    }
    assertTrue(perCall <= 16, what + " allocates " + perCall + " bytes a call");
  }
}
