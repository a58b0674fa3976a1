package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import kvasir.tensor.BlockFormat;

/** Scales and minima of the groups of quantised blocks, as f32. */
final class BlockScales {
  private static final int SIX_BITS = 63;

  private BlockScales() {}

  /**
   * Returns the scale of a group: the block's f16 scale times the group's integer, which is exact.
   *
   * @param block byte offset of the block in {@code data}
   * @param group number of the group in its block
   */
  static float scale(BlockFormat format, MemorySegment data, long block, int group) {
    return half(data, block + format.scaleOffset()) * integerScale(format, data, block, group);
  }

  /** Returns the integer scale of a group, from -128 to 127: 1 in formats that have none. */
  static int integerScale(BlockFormat format, MemorySegment data, long block, int group) {
    return switch (format) {
      case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, IQ4_NL -> 1;
      case Q2_K -> unsigned(data, block + group) & 15;
      case Q3_K -> scaleQ3K(data, block + 96, group);
      case Q4_K, Q5_K -> scaleQ4K(data, block + 4, group);
      case Q6_K -> data.get(ValueLayout.JAVA_BYTE, block + 192 + group);
      case IQ4_XS -> scaleIq4Xs(data, block, group);
    };
  }

  /**
   * Returns the number to add to the scaled integers of a group. In formats without a minimum it is
   * -0, which leaves every number as it is, zeros with their sign included.
   */
  static float addend(BlockFormat format, MemorySegment data, long block, int group) {
    if (!format.hasMinimum()) {
      return -0f;
    }
    float minimum = half(data, block + format.minimumOffset());
    return format.integerScales()
        ? -(minimum * integerMinimum(format, data, block, group))
        : minimum;
  }

  /** Returns the integer minimum of a group, from 0 to 63, in formats that have one. */
  static int integerMinimum(BlockFormat format, MemorySegment data, long block, int group) {
    return switch (format) {
      case Q2_K -> unsigned(data, block + group) >> 4;
      case Q4_K, Q5_K -> minimumQ4K(data, block + 4, group);
      default -> throw new IllegalArgumentException(format + " has no integer minima");
    };
  }

  /** Returns one of 16 scales of six bits with a sign: 4 low bits in 8 bytes, 2 high ones in 4. */
  private static int scaleQ3K(MemorySegment data, long scales, int group) {
    int low = unsigned(data, scales + group % 8) >> (group / 8 * 4);
    int high = unsigned(data, scales + 8 + group % 4) >> (group / 4 * 2);
    return ((low & 15) | (high & 3) << 4) - 32;
  }

  /**
   * Returns one of eight scales of six bits. The first four are the low bits of bytes 0 to 3, whose
   * two high bits belong to the others.
   */
  private static int scaleQ4K(MemorySegment data, long scales, int group) {
    if (group < 4) {
      return unsigned(data, scales + group) & SIX_BITS;
    }
    int low = unsigned(data, scales + 4 + group) & 15;
    int high = unsigned(data, scales + group - 4) >> 6;
    return low | (high << 4);
  }

  /** Returns one of eight minima of six bits, which stand like the scales in bytes 4 to 11. */
  private static int minimumQ4K(MemorySegment data, long scales, int group) {
    if (group < 4) {
      return unsigned(data, scales + 4 + group) & SIX_BITS;
    }
    int low = unsigned(data, scales + 4 + group) >> 4;
    int high = unsigned(data, scales + group) >> 6;
    return low | (high << 4);
  }

  private static int scaleIq4Xs(MemorySegment data, long block, int group) {
    int low = unsigned(data, block + 4 + group / 2) >> (group % 2 * 4);
    int high = unsigned(data, block + 2 + group / 4) >> (group % 4 * 2);
    return ((low & 15) | (high & 3) << 4) - 32;
  }

  private static float half(MemorySegment data, long offset) {
    return Float.float16ToFloat(data.get(ConversionsScalar.SHORT, offset));
  }

  /** Returns a byte as a number from 0 to 255. */
  static int unsigned(MemorySegment data, long offset) {
    return Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, offset));
  }
}
