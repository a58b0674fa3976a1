package kvasir.kernel;

import static kvasir.kernel.Samples.SCALAR;
import static kvasir.kernel.Samples.SIZES;
import static kvasir.kernel.Samples.VECTOR;
import static kvasir.kernel.Samples.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConversionsTest {
  private static final int PATTERNS = 1 << 16;
  private static final ValueLayout.OfShort SHORT = ConversionsScalar.SHORT;

  private final Samples samples = new Samples();

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyPatternIsWidenedAndRoundedBack(DType type) {
    Matrix all = patterns(type);
    float[] wide = new float[PATTERNS];
    float[] vector = new float[PATTERNS];
    SCALAR.decode(all, 0, 0, PATTERNS, wide, 0);
    VECTOR.decode(all, 0, 0, PATTERNS, vector, 0);
    assertBits(wide, vector, "decode " + type);
    MemorySegment back = Arena.ofAuto().allocate(2L * PATTERNS);
    for (Kernels kernels : new Kernels[] {SCALAR, VECTOR}) {
      kernels.encode(wide, 0, PATTERNS, type, back, 0);
      for (int i = 0; i < PATTERNS; i++) {
        if (!Float.isNaN(wide[i])) {
          assertEquals((short) i, back.get(SHORT, 2L * i), kernels.name() + " " + type);
        } else {
          assertNaN(type, back.get(SHORT, 2L * i));
        }
      }
    }
  }

  /**
   * Checks rounding halfway between every bit pattern and the next, and one float to either side.
   */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void tiesGoToEven(DType type) {
    float[] wide = new float[PATTERNS];
    SCALAR.decode(patterns(type), 0, 0, PATTERNS, wide, 0);
    MemorySegment rounded = Arena.ofAuto().allocate(2L * PATTERNS);
    int finite = type == DType.F16 ? 0x7bff : 0x7f7f;
    for (Kernels kernels : new Kernels[] {SCALAR, VECTOR}) {
      for (int side = -1; side <= 1; side++) {
        float[] between = new float[finite];
        for (int i = 0; i < finite; i++) {
          float tie = (float) (((double) wide[i] + wide[i + 1]) / 2);
          between[i] = Float.intBitsToFloat(Float.floatToRawIntBits(tie) + side);
        }
        kernels.encode(between, 0, finite, type, rounded, 0);
        for (int i = 0; i < finite; i++) {
          int expected = i + (side == 0 ? i & 1 : Math.max(side, 0));
          assertEquals((short) expected, rounded.get(SHORT, 2L * i), type + " of " + between[i]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void vectorIsScalarToTheBit(DType type) {
    for (int n : SIZES) {
      float[] source = samples.floats(n + 3);
      source[3] = n % 2 == 0 ? Float.NaN : Float.MAX_VALUE;
      long bytes = 6 + (long) n * type.bytes();
      MemorySegment expected = Arena.ofAuto().allocate(bytes);
      MemorySegment actual = Arena.ofAuto().allocate(bytes);
      SCALAR.encode(source, 3, n, type, expected, 6);
      VECTOR.encode(source, 3, n, type, actual, 6);
      assertEquals(-1, expected.mismatch(actual), type + " " + n + Samples.seed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void decodesPartOfARow(DType type) {
    Matrix matrix = samples.matrix(type, 3, 129);
    float[] expected = new float[140];
    float[] actual = new float[140];
    SCALAR.decode(matrix, 2, 5, 121, expected, 4);
    VECTOR.decode(matrix, 2, 5, 121, actual, 4);
    assertBits(expected, actual, type.name());
    assertBits(0f, actual[3], "before");
    assertBits(0f, actual[125], "after");
  }

  private static void assertNaN(DType type, short value) {
    int infinity = type == DType.F16 ? 0x7c00 : 0x7f80;
    assertTrue((value & 0x7fff) > infinity, type + " " + value);
  }

  private static Matrix patterns(DType type) {
    MemorySegment data = Arena.ofAuto().allocate(2L * PATTERNS);
    for (int i = 0; i < PATTERNS; i++) {
      data.set(SHORT, 2L * i, (short) i);
    }
    return new Matrix(type, data, 0, 1, PATTERNS);
  }
}
