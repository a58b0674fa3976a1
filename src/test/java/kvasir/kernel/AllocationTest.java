package kvasir.kernel;

import static kvasir.kernel.Samples.VECTOR;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Allocation of kernels. A vector that C2 cannot keep in a register becomes an object, and makes a
 * kernel 50 times slower.
 */
class AllocationTest {
  private static final int ROUNDS = 400;
  private static final long PATIENCE = 10_000_000_000L;
  private static final double BYTES_PER_CALL = 16;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Samples samples = new Samples();
  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @EnumSource
  void matmul(DType type) {
    for (int outputs : new int[] {128, 70}) {
      Panels weights = samples.panels(type, 256, outputs);
      float[] x = samples.floats(40 * 256);
      float[] out = new float[40 * outputs];
      int panels = weights.count();
      for (int rows : new int[] {1, 2, 3}) {
        assertAllocatesNothing(
            "matmul " + type + " of " + rows,
            () -> VECTOR.matmul(weights, 0, panels, x, 0, 256, rows, out, 0, outputs, scratch));
      }
      float[] packed = new float[PackedRows.floats(40, 256)];
      assertAllocatesNothing(
          "packed matmul " + type,
          () -> {
            PackedRows.pack(x, 0, 256, 40, 256, 0, 2, packed);
            VECTOR.matmulPacked(weights, 0, panels, packed, 40, out, 0, outputs, scratch);
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void quantisedMatmul(BlockFormat format) {
    int outputs = 70;
    long bytes = PackedWeights.bytes(format, 512, outputs);
    MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
    BlockPanels weights = new BlockPanels(format, data, 0, 512, outputs);
    float[] x = samples.floats(4 * 512);
    float[] out = new float[4 * outputs];
    assertAllocatesNothing(
        "matmul " + format,
        () -> VECTOR.matmul(weights, 0, 3, x, 0, 512, 2, out, 0, outputs, scratch));
    float[] packed = new float[PackedRows.floats(4, 512)];
    PackedRows.pack(x, 0, 512, 4, 512, 0, 1, packed);
    assertAllocatesNothing(
        "packed matmul " + format,
        () -> VECTOR.matmulPacked(weights, 0, 3, packed, 4, out, 0, outputs, scratch));
  }

  @ParameterizedTest
  @EnumSource
  void accumulate(DType type) {
    Panels values = samples.panels(type, 64, 80);
    float[] p = samples.floats(5 * 64);
    float[] out = new float[5 * 80];
    for (int rows : new int[] {1, 2, 5}) {
      int[] counts = {64, 63, 62, 61, 60};
      assertAllocatesNothing(
          "accumulate " + type + " of " + rows,
          () -> VECTOR.accumulate(values, p, 0, 64, counts, rows, out, 0, 80, scratch));
    }
  }

  @ParameterizedTest
  @EnumSource
  void attendBlock(DType type) {
    Panels keys = samples.panels(type, 80, 64);
    Panels values = samples.panels(type, 64, 80);
    for (int rows : new int[] {1, 2, 48}) {
      QueryRows queries = new QueryRows(80, rows);
      queries.ready(rows);
      float[] states = new float[rows * 82];
      for (int seen : new int[] {64, 40}) {
        assertAllocatesNothing(
            "attend " + type + " of " + rows,
            () -> {
              Kernels.clearStates(states, 0, rows, 80);
              for (int row = 0; row < rows; row++) {
                queries.visible()[row] = Math.min(64, seen + row);
              }
              VECTOR.attendBlock(keys, values, queries, states, 0);
            });
      }
    }
  }

  @Test
  void remainingOperations() {
    float[] a = samples.floats(1002);
    float[] b = samples.floats(1002);
    float[] table = samples.floats(500);
    assertAllocatesNothing("max", () -> VECTOR.max(a, 0, 1000));
    float[] maxima = new float[Kernels.groups(1000)];
    assertAllocatesNothing("group maxima", () -> VECTOR.groupMaxima(a, 0, 1000, maxima));
    assertAllocatesNothing("max magnitude", () -> VECTOR.maxMagnitude(a, 0, 1000));
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
    Panels panels = samples.panels(type, 128, 128);
    assertAllocatesNothing(
        "encode panels " + type,
        () -> {
          VECTOR.encodeInput(a, 0, panels, 5);
          VECTOR.encodeOutput(a, 0, panels, 5, scratch);
        });
  }

  /**
   * Asserts that a call allocates nothing once C2 has compiled it. Interpreted code and C1's do
   * allocate, so rounds are repeated until C2's code runs, within a limit.
   */
  static void assertAllocatesNothing(String what, Runnable call) {
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
