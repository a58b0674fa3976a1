package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;

/** Scalar reading of {@link BlockPanels}, one weight after the other. */
final class BlockPanelsScalar {
  private static final long HALF = BlockPanels.HALF;
  private static final int SIX_BITS = 63;

  private BlockPanelsScalar() {}

  /** Returns a weight in f32. */
  static float element(BlockPanels weights, int input, int output) {
    BlockFormat format = weights.type();
    MemorySegment data = weights.data();
    int half = output / BlockPanels.HALF;
    int lane = output % BlockPanels.HALF;
    long block = weights.blockOffset(half, input);
    long group = weights.groupOffset(half, input) + lane;
    float scale = scale(format, data, block + 2L * lane, group);
    int place = input % format.groupLength();
    int integer = integer(format, data, group + BlockPanels.groupHeader(format), place);
    return format.panelBits() == Byte.SIZE
        ? integer * scale
        : Math.fma(integer, scale, addend(format, data, block + 2L * lane, group));
  }

  /**
   * Returns the scale of a group.
   *
   * @param block byte offset of the block's f16 scale
   * @param group byte offset of the group's integer scale
   */
  static float scale(BlockFormat format, MemorySegment data, long block, long group) {
    float scale = half(data, block);
    return format.groupScales() ? scale * data.get(ValueLayout.JAVA_BYTE, group) : scale;
  }

  /** Returns the number to add to the scaled integers of a group; see {@link #scale}. */
  static float addend(BlockFormat format, MemorySegment data, long block, long group) {
    if (!format.hasMinimum()) {
      return -format.zero() * scale(format, data, block, group);
    }
    float minimum = half(data, block + 2 * HALF);
    return format.groupScales()
        ? -minimum * data.get(ValueLayout.JAVA_BYTE, group + HALF)
        : minimum;
  }

  /**
   * Returns an integer.
   *
   * @param integers byte offset of the group's first integer
   * @param place number of the input in its group
   */
  private static int integer(BlockFormat format, MemorySegment data, long integers, int place) {
    return switch (format.panelBits()) {
      case 4 -> {
        int pair = unsigned(data, integers + place / 2 * HALF);
        yield place % 2 == 0 ? pair & 15 : pair >> 4;
      }
      case 6 -> {
        long three = integers + place / 4 * (3 * HALF);
        if (place % 4 < 3) {
          yield unsigned(data, three + place % 4 * HALF) & SIX_BITS;
        }
        yield unsigned(data, three) >> 6
            | unsigned(data, three + HALF) >> 6 << 2
            | unsigned(data, three + 2 * HALF) >> 6 << 4;
      }
      default -> data.get(ValueLayout.JAVA_BYTE, integers + place * HALF);
    };
  }

  private static int unsigned(MemorySegment data, long offset) {
    return Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, offset));
  }

  private static float half(MemorySegment data, long offset) {
    return Float.float16ToFloat(data.get(ConversionsScalar.SHORT, offset));
  }
}
