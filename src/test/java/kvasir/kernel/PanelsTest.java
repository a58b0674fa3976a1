package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import kvasir.tensor.Panels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PanelsTest {
  private final Samples samples = new Samples();
  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @EnumSource
  void packingMovesEveryElementToItsPlace(DType type) {
    for (int outputs : new int[] {1, 16, 17, 32, 45, 100}) {
      for (int inputs : new int[] {1, 31, 32, 70}) {
        Matrix matrix = samples.matrix(type, outputs, inputs);
        Panels panels = empty(type, inputs, outputs);
        for (int panel = 0; panel < panels.count(); panel++) {
          panels.pack(matrix, panel, panel + 1);
        }
        float[] rows = Samples.decoded(matrix);
        float[] row = new float[inputs];
        for (int o = 0; o < outputs; o++) {
          VECTOR.decodeOutput(panels, o, row, 0);
          assertBits(Arrays.copyOfRange(rows, o * inputs, (o + 1) * inputs), row, type + " " + o);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysAndValuesAreStoredAsTheScalarTwinStoresThem(DType type) {
    for (int inputs : new int[] {1, 16, 40, 128}) {
      for (int outputs : new int[] {32, 40, 80, 128}) {
        Panels expected = empty(type, inputs, outputs);
        Panels actual = empty(type, inputs, outputs);
        for (int output = 0; output < outputs; output += 3) {
          float[] x = samples.floats(2 + inputs);
          x[2] = Float.NaN;
          SCALAR.encodeOutput(x, 2, expected, output, scratch);
          VECTOR.encodeOutput(x, 2, actual, output, scratch);
        }
        for (int input = 0; input < inputs; input += 2) {
          float[] x = samples.floats(2 + outputs);
          x[2] = Float.POSITIVE_INFINITY;
          SCALAR.encodeInput(x, 2, expected, input);
          VECTOR.encodeInput(x, 2, actual, input);
        }
        assertArrayEquals(bytes(expected), bytes(actual), type + " " + inputs + "x" + outputs);
      }
    }
  }

  @Test
  void aViewDoesNotReachBeyondItsMemory() {
    MemorySegment data = MemorySegment.ofArray(new byte[40 * 64]);
    assertEquals(2, new Panels(DType.BF16, data, 0, 20, 33).count());
    assertThrows(IllegalArgumentException.class, () -> new Panels(DType.BF16, data, 2, 20, 33));
    assertThrows(IllegalArgumentException.class, () -> new Panels(DType.BF16, data, 0, 14, 65));
    assertThrows(IllegalArgumentException.class, () -> new Panels(DType.F32, data, 0, 20, 33));
  }

  @Test
  void aMatrixOfAnotherShapeIsNotPacked() {
    Panels panels = empty(DType.BF16, 20, 33);
    assertThrows(
        IllegalArgumentException.class,
        () -> panels.pack(samples.matrix(DType.BF16, 20, 33), 0, 1));
  }

  private static Panels empty(DType type, int inputs, int outputs) {
    MemorySegment data = Arena.ofAuto().allocate(Panels.bytes(type, inputs, outputs), 64);
    return new Panels(type, data, 0, inputs, outputs);
  }

  private static byte[] bytes(Panels panels) {
    return panels.data().toArray(ValueLayout.JAVA_BYTE);
  }
}
