package kvasir.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import kvasir.tensor.BlockFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Moves of bytes in general registers beside the same, byte for byte. */
class ByteTransposeTest {
  @ParameterizedTest
  @CsvSource({"8, 8", "16, 16", "16, 0", "16, 1", "16, 7", "16, 12", "24, 31", "8, 40", "16, 128"})
  void columnsBecomeRows(int rows, int columns) {
    Random random = new Random(rows * 1000L + columns);
    int stride = columns + random.nextInt(5);
    int at = random.nextInt(9);
    int target = random.nextInt(9);
    byte[] from = new byte[at + rows * stride + 8];
    random.nextBytes(from);
    byte[] to = new byte[target + rows * columns + 3];
    random.nextBytes(to);
    byte[] expected = to.clone();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        expected[target + c * rows + r] = from[at + r * stride + c];
      }
    }
    ByteTranspose.run(from, at, stride, rows, columns, to, target);
    assertArrayEquals(expected, to);
  }

  @ParameterizedTest
  @EnumSource(
      value = BlockFormat.class,
      names = {"Q4_0", "Q4_1", "Q4_K"})
  void nibblesAreThoseOfTheFormat(BlockFormat format) {
    Random random = new Random(format.blockBytes());
    byte[] bytes = new byte[3 + format.blockBytes()];
    random.nextBytes(bytes);
    byte[] integers = new byte[format.blockLength()];
    BlockIntegers.read(format, bytes, 3, integers);
    byte[] expected = new byte[integers.length / 2 + 2];
    for (int i = 0; i < integers.length / 2; i++) {
      expected[1 + i] = (byte) (integers[2 * i] | integers[2 * i + 1] << 4);
    }
    byte[] pairs = new byte[expected.length];
    NibblePairs.read(format, bytes, 3, pairs, 1);
    assertArrayEquals(expected, pairs);
  }
}
