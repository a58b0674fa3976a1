package kvasir.kernel;

import static kvasir.kernel.Samples.VECTOR;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A vector that C2 cannot keep in a register is an object, and makes a kernel 50 times slower. */
class AllocationTest {
  private static final int ROUNDS = 400;
  private static final long PATIENCE = 10_000_000_000L;
  private static final double BYTES_PER_CALL = 16;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Samples samples = new Samples();

  @ParameterizedTest
  @EnumSource
  void matmul(DType type) {
    Matrix weights = samples.matrix(type, 32, 256);
    float[] x = samples.floats(8 * 256);
    float[] out = new float[8 * 32];
    float[] scratch = new float[Kernels.scratchFloats(256)];
    for (int tokens : new int[] {1, 2, 3, 8}) {
      assertAllocatesNothing(
          "matmul " + type + " of " + tokens,
          () -> VECTOR.matmul(weights, 0, 32, x, 0, 256, tokens, out, 0, 32, scratch));
    }
  }

  @Test
  void matmulWithPadding() {
    Matrix weights = samples.matrix(DType.BF16, 30, 100);
    float[] x = samples.floats(8 * 100);
    float[] out = new float[8 * 30];
    float[] scratch = new float[Kernels.scratchFloats(100)];
    assertAllocatesNothing(
        "padded matmul", () -> VECTOR.matmul(weights, 0, 30, x, 0, 100, 8, out, 0, 30, scratch));
  }

  @ParameterizedTest
  @EnumSource
  void accumulate(DType type) {
    Matrix values = samples.matrix(type, 64, 80);
    float[] p = samples.floats(5 * 64);
    float[] out = new float[5 * 80];
    for (int rows : new int[] {1, 2, 5}) {
      int[] counts = {64, 63, 62, 61, 60};
      assertAllocatesNothing(
          "accumulate " + type + " of " + rows,
          () -> VECTOR.accumulate(values, p, 0, 64, counts, rows, out, 0, 80));
    }
  }

  @Test
  void remainingOperations() {
    float[] a = samples.floats(1002);
    float[] b = samples.floats(1002);
    float[] table = samples.floats(500);
    assertAllocatesNothing("max", () -> VECTOR.max(a, 0, 1000));
    assertAllocatesNothing(
        "expAndSum",
        () -> {
          Arrays.fill(a, -1f);
          VECTOR.expAndSum(a, 0, 1000, 0f);
        });
    assertAllocatesNothing("scale", () -> VECTOR.scale(a, 0, 1000, 1f));
    assertAllocatesNothing("add", () -> VECTOR.add(a, 0, b, 0, 1000));
    assertAllocatesNothing("silu", () -> VECTOR.siluMultiply(a, 0, b, 0, 1000));
    assertAllocatesNothing("norm", () -> VECTOR.rmsNorm(a, 0, b, 1e-6f, a, 0, 1000));
    assertAllocatesNothing("rope", () -> VECTOR.rope(a, 0, 1000, table, table, 0));
    assertAllocatesNothing("merge", () -> VECTOR.merge(a, 0, b, 0, 1000));
  }

  @ParameterizedTest
  @EnumSource
  void conversions(DType type) {
    Matrix matrix = samples.matrix(type, 1, 1000);
    float[] a = new float[1000];
    assertAllocatesNothing("decode " + type, () -> VECTOR.decode(matrix, 0, 0, 1000, a, 0));
    assertAllocatesNothing(
        "encode " + type, () -> VECTOR.encode(a, 0, 1000, type, matrix.data(), 6));
  }

  /**
   * Interpreted code and C1's do allocate: the rounds go on until C2's code has come, if it does.
   */
  private static void assertAllocatesNothing(String what, Runnable call) {
    double average = Double.MAX_VALUE;
    long start = System.nanoTime();
    while (average > BYTES_PER_CALL && System.nanoTime() - start < PATIENCE) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < ROUNDS; i++) {
        call.run();
      }
      average = (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
    }
    assertTrue(average <= BYTES_PER_CALL, what + ": " + average + " bytes a call" + Samples.seed());
  }
}
