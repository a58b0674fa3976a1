package kvasir.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import kvasir.tensor.BlockFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks of Q8_0 and Q4_0 against those of gguf-py 0.19 for the same numbers. */
class BlockEncoderTest {
  private static final int COUNT = 4096;

  /** Numbers of several magnitudes, blocks of zeros, and halves that fall between two integers. */
  private static float[] numbers() {
    float[] numbers = new float[COUNT];
    long state = 42;
    for (int i = 0; i < COUNT; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      int bits = (int) (state >> 40);
      int block = i / 32;
      if (block % 16 == 7) {
        numbers[i] = 0;
      } else if (block % 2 == 1) {
        numbers[i] = (bits >> 16) * 0.5f;
      } else {
        numbers[i] = (float) (bits / 1048576.0 * Math.pow(2, block % 9 - 4));
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @CsvSource({
    "Q8_0, da9416b8211d84b0ea9a9c6787277c8f7c744ad353027c01349f4de082f5ea1f",
    "Q4_0, 4ef74423e9180a074f2ec9eabbfec70aba1099b9d8bc49e0d2cdd3747e6711fe"
  })
  void blocksAreThoseOfGgufPy(BlockFormat format, String sha256) throws NoSuchAlgorithmException {
    byte[] blocks = new byte[(int) format.bytes(COUNT)];
    ByteBuffer out = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
    assertTrue(BlockEncoder.encode(format, numbers(), COUNT, out));
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(blocks);
    assertEquals(sha256, HexFormat.of().formatHex(hash));
  }

  @Test
  void numbersThatNoScaleHoldsAreReported() {
    for (BlockFormat format : new BlockFormat[] {BlockFormat.Q8_0, BlockFormat.Q4_0}) {
      for (float number : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 1e9f}) {
        float[] numbers = numbers();
        numbers[COUNT - 1] = number;
        ByteBuffer out = ByteBuffer.allocate((int) format.bytes(COUNT));
        assertFalse(BlockEncoder.encode(format, numbers, COUNT, out));
      }
    }
  }
}
