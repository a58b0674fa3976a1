package kvasir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.Panels;
import org.junit.jupiter.api.Assertions;

/**
 * Random operands of one test, replayed by {@code -Dkvasir.seed=N}; every failure names the seed.
 */
final class Samples {
  static final long SEED = Long.getLong("kvasir.seed", 20261121L);
  static final int[] SIZES = {1, 4, 6, 8, 13, 16, 17, 31, 32, 33, 40, 64, 80, 127, 128, 129, 1000};
  static final Kernels SCALAR = new ScalarKernels();
  static final Kernels VECTOR = new VectorKernels();

  private final Random random = new Random(SEED);

  /**
   * Returns numbers that are mostly normally distributed, with zeros of both signs and magnitudes
   * whose products underflow.
   */
  float[] floats(int n) {
    float[] a = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] =
          switch (random.nextInt(16)) {
            case 0 -> -0f;
            case 1 -> (float) (random.nextGaussian() * 1e-30);
            default -> (float) random.nextGaussian();
          };
    }
    return a;
  }

  /** Returns random bits. */
  byte[] bytes(int n) {
    byte[] bytes = new byte[n];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Returns a matrix in memory outside the heap that begins at an odd offset. */
  Matrix matrix(DType type, int rows, int columns) {
    long offset = 6;
    long bytes = offset + (long) rows * columns * type.bytes();
    MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
    SCALAR.encode(floats(rows * columns), 0, rows * columns, type, data, offset);
    return new Matrix(type, data, offset, rows, columns);
  }

  /**
   * Returns panels of {@code [inputs, outputs]} in memory outside the heap that begin at an odd
   * offset.
   */
  Panels panels(DType type, int inputs, int outputs) {
    long offset = 6;
    long bytes = offset + Panels.bytes(type, inputs, outputs);
    MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
    Panels panels = new Panels(type, data, offset, inputs, outputs);
    for (int input = 0; input < inputs; input++) {
      SCALAR.encodeInput(floats(outputs), 0, panels, input);
    }
    return panels;
  }

  static float[] decoded(Matrix matrix) {
    float[] a = new float[matrix.rows() * matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      SCALAR.decode(matrix, r, 0, matrix.columns(), a, r * matrix.columns());
    }
    return a;
  }

  static void assertBits(float[] expected, float[] actual, String what) {
    Assertions.assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
        Assertions.fail(
            what + " [" + i + "] expected " + expected[i] + " but was " + actual[i] + seed());
      }
    }
  }

  static void assertBits(float expected, float actual, String what) {
    assertBits(new float[] {expected}, new float[] {actual}, what);
  }

  static String seed() {
    return " (" + VECTOR.name() + ", -Dkvasir.seed=" + SEED + ")";
  }
}
