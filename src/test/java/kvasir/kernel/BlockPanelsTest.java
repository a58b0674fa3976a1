package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.Matrix;
import kvasir.tensor.PackedWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Quantised panels. The weights to compare with are those of {@link BlockDecoder}, which are
 * gguf-py's; the product to compare with adds them one after the other.
 */
class BlockPanelsTest {
  private static final int[] ROWS = {1, 2, 3, 4, 5, 9, 31, 33};
  private static final int[] OUTPUTS = {1, 15, 16, 17, 32, 33, 64, 70, 130, 161};

  private final Samples samples = new Samples();
  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @EnumSource
  void productsAreThoseOfTheDecodedWeights(BlockFormat format) {
    for (int blocks : new int[] {1, 2, 3, 16, 17}) {
      int inputs = Math.min(blocks * format.blockLength(), 1280);
      for (int outputs : OUTPUTS) {
        Matrix matrix = matrix(format, outputs, inputs);
        BlockPanels weights = pack(matrix);
        int rows = ROWS[(blocks + outputs) % ROWS.length];
        float[] x = samples.floats(3 + rows * (inputs + 5));
        String what = format + " " + inputs + " to " + outputs + ", rows " + rows;
        float[] expected = product(matrix, x, rows);
        int count = weights.count();
        assertBits(expected, run(VECTOR, weights, 0, count, x, rows), what);
        assertBits(expected, runPacked(VECTOR, weights, x, rows), what + " packed");
        if (rows * outputs < 200) {
          assertBits(expected, run(SCALAR, weights, 0, count, x, rows), what + ", scalar");
          assertBits(expected, runPacked(SCALAR, weights, x, rows), what + " packed, scalar");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void weightsAreThoseOfTheFile(BlockFormat format) {
    int inputs = 768;
    Matrix matrix = matrix(format, 45, inputs);
    BlockPanels weights = pack(matrix);
    float[] expected = new float[inputs];
    float[] actual = new float[inputs];
    for (int output = 0; output < 45; output++) {
      SCALAR.decode(matrix, output, 0, inputs, expected, 0);
      VECTOR.decodeOutput(weights, output, actual, 0);
      for (int i = 0; i < inputs; i++) {
        // A zero may lose its sign.
        assertEquals(expected[i] + 0f, actual[i] + 0f, format + " " + output + ", " + i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bitsDependOnNeitherRowsNorRange(BlockFormat format) {
    int inputs = 3 * 256;
    BlockPanels weights = pack(matrix(format, 233, inputs));
    int rows = 6;
    float[] x = samples.floats(3 + rows * (inputs + 5));
    float[] together = runPacked(VECTOR, weights, x, rows);
    float[] apart = new float[together.length];
    for (int from = 0; from < weights.count(); from += 3) {
      int to = Math.min(weights.count(), from + 3);
      for (int row = 0; row < rows; row++) {
        int out = 7 + row * (weights.outputs() + 2);
        VECTOR.matmul(weights, from, to, x, 3 + row * (inputs + 5), 0, 1, apart, out, 0, scratch);
      }
    }
    assertBits(together, apart, format.toString());
    assertBits(
        new float[7 + 235], run(VECTOR, weights, 2, 2, samples.floats(800), 1), "empty range");
  }

  @ParameterizedTest
  @EnumSource
  void scalesThatAreNotFiniteAreReported(BlockFormat format) {
    for (int at : List.of(format.scaleOffset(), format.minimumOffset())) {
      for (int high : List.of(0x7c, 0xfc, 0x7e)) {
        Matrix matrix = matrix(format, 40, 768);
        if (at >= 0) {
          long block = matrix.rowOffset(39) + format.bytes(512);
          matrix.data().set(ValueLayout.JAVA_BYTE, block + at + 1, (byte) high);
        }
        BlockPanels weights = panels(matrix);
        assertTrue(new BlockPacker(matrix, weights).pack(0, 1), format + " " + high);
        assertEquals(at < 0, new BlockPacker(matrix, weights).pack(1, 2), format + " " + high);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void panelsAreAtMostATenthLargerThanTheFileUnlessWidened(BlockFormat format) {
    double ratio = (double) PackedWeights.bytes(format, 1024, 64) / (64L * format.bytes(1024));
    double most =
        switch (format) {
          case Q8_0, Q4_0, Q4_1, Q4_K, Q6_K -> 1.1;
          case Q5_0, Q5_1, Q5_K -> 1.26;
          case Q3_K -> 1.4;
          case Q2_K, IQ4_NL, IQ4_XS -> 2;
        };
    assertTrue(ratio <= most && ratio >= 1, format + " " + ratio);
  }

  @Test
  void shapesAreWholeBlocks() {
    MemorySegment data = Arena.ofAuto().allocate(1 << 16);
    assertThrows(
        IllegalArgumentException.class, () -> new BlockPanels(BlockFormat.Q4_K, data, 0, 128, 4));
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlockPanels(BlockFormat.Q8_0, data.asSlice(0, 2000), 0, 64, 4));
    BlockPanels panels = new BlockPanels(BlockFormat.Q8_0, data, 0, 64, 4);
    Matrix other = matrix(BlockFormat.Q8_0, 5, 64);
    assertThrows(IllegalArgumentException.class, () -> new BlockPacker(other, panels));
  }

  /** Returns a matrix of random blocks, at an odd offset in its memory. */
  private Matrix matrix(BlockFormat format, int rows, int columns) {
    int length = (int) (rows * format.bytes(columns));
    byte[] bytes = samples.bytes(length);
    for (int block = 0; block < length; block += format.blockBytes()) {
      // The largest exponent of f16 is that of infinity: without its highest bit numbers are small.
      for (int at : List.of(format.scaleOffset(), format.minimumOffset())) {
        if (at >= 0) {
          bytes[block + at + 1] &= (byte) 0xbf;
        }
      }
    }
    MemorySegment data = Arena.ofAuto().allocate(length + 6, 64);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, 6, length);
    return new Matrix(format, data, 6, rows, columns);
  }

  private static BlockPanels panels(Matrix matrix) {
    BlockFormat format = (BlockFormat) matrix.type();
    long bytes = PackedWeights.bytes(format, matrix.columns(), matrix.rows());
    MemorySegment data = Arena.ofAuto().allocate(bytes + 32, 64);
    return new BlockPanels(format, data, 32, matrix.columns(), matrix.rows());
  }

  private static BlockPanels pack(Matrix matrix) {
    BlockPanels panels = panels(matrix);
    for (int panel = 0; panel < panels.count(); panel++) {
      assertTrue(new BlockPacker(matrix, panels).pack(panel, panel + 1));
    }
    return panels;
  }

  private static float[] product(Matrix matrix, float[] x, int rows) {
    int inputs = matrix.columns();
    int stride = matrix.rows() + 2;
    float[] weights = Samples.decoded(matrix);
    float[] out = new float[7 + rows * stride];
    for (int row = 0; row < rows; row++) {
      for (int o = 0; o < matrix.rows(); o++) {
        float sum = 0;
        for (int i = 0; i < inputs; i++) {
          sum = Math.fma(weights[o * inputs + i], x[3 + row * (inputs + 5) + i], sum);
        }
        out[7 + row * stride + o] = sum;
      }
    }
    return out;
  }

  private float[] run(Kernels kernels, BlockPanels weights, int from, int to, float[] x, int rows) {
    int inputs = weights.inputs();
    int stride = weights.outputs() + 2;
    float[] out = new float[7 + rows * stride];
    kernels.matmul(weights, from, to, x, 3, inputs + 5, rows, out, 7, stride, scratch);
    return out;
  }

  private float[] runPacked(Kernels kernels, BlockPanels weights, float[] x, int rows) {
    int inputs = weights.inputs();
    float[] packed = new float[PackedRows.floats(rows, inputs)];
    PackedRows.pack(x, 3, inputs + 5, rows, inputs, 0, PackedRows.panels(rows), packed);
    int stride = weights.outputs() + 2;
    float[] out = new float[7 + rows * stride];
    kernels.matmulPacked(weights, 0, weights.count(), packed, rows, out, 7, stride, scratch);
    return out;
  }
}
