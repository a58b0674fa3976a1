package kvasir.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import kvasir.tensor.BlockFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Scales and minima of quantised blocks that are not finite numbers (G44). */
class NonFiniteTest {
  private static final short NAN = 0x7e01;
  private static final short INFINITY = (short) 0xfc00;
  private static final short LARGEST = 0x7bff;

  // More than one chunk of each format.
  private static final int BLOCKS = 20_000;

  @ParameterizedTest
  @EnumSource
  void aBlockCountsWithAllItsElements(BlockFormat format) {
    ByteBuffer data =
        ByteBuffer.allocate(BLOCKS * format.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
    put(data, format, 0, format.scaleOffset(), LARGEST);
    assertEquals(new NonFinite("w", 0, 0), count(data, format));
    put(data, format, 1, format.scaleOffset(), NAN);
    put(data, format, BLOCKS - 1, format.scaleOffset(), INFINITY);
    long length = format.blockLength();
    assertEquals(new NonFinite("w", length, length), count(data, format));
    if (format.minimumOffset() >= 0) {
      put(data, format, BLOCKS / 2, format.minimumOffset(), INFINITY);
      put(data, format, 2, format.minimumOffset(), INFINITY);
      put(data, format, 2, format.scaleOffset(), NAN);
      assertEquals(new NonFinite("w", 2 * length, 2 * length), count(data, format));
    }
  }

  private static void put(ByteBuffer data, BlockFormat format, int block, int offset, short bits) {
    data.putShort(block * format.blockBytes() + offset, bits);
  }

  private static NonFinite count(ByteBuffer data, BlockFormat format) {
    byte[] bytes = new byte[data.capacity()];
    data.get(0, bytes);
    return NonFinite.count("w", format, MemorySegment.ofArray(bytes));
  }
}
