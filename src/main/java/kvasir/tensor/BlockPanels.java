package kvasir.tensor;

import java.lang.foreign.MemorySegment;

/**
 * View of a quantised matrix {@code [inputs, outputs]} in panels of 32 outputs, each of two halves
 * of 16 outputs. A half is read strictly upwards: it is a row of blocks, each of as many inputs as
 * a block of the format, whose scales stand before the integers that they multiply:
 *
 * <pre>
 *   block
 *     scale    f16 [16]: of the block, or the factor of its groups' scales
 *     minimum  f16 [16], in formats that have minima
 *     group 0
 *       scale    signed bytes [16], in formats whose groups have integer scales
 *       minimum  signed bytes [16], in those of them that have minima
 *       integers
 *     group 1 ...
 *
 *   integers of 4 bits   bytes [inputs / 2, 16]: input 2i in the low half, 2i + 1 in the high half
 *   integers of 6 bits   bytes [inputs / 4, 3, 16]: inputs 4i, 4i + 1, 4i + 2 in the low six bits
 *                        of the three; the high two bits together are input 4i + 3, lowest first
 *   integers of 8 bits   signed bytes [inputs, 16]
 * </pre>
 *
 * Integers of 4 and 6 bits are unsigned; {@link BlockFormat#zero} is the one that stands for 0. A
 * weight of 8 bits is {@code integer * scale}, others are {@code fma(integer, scale, addend)}. The
 * addend is the minimum where minima are f16, the negated minimum where they are integers, and
 * {@code -zero * scale} where there are none. All scales and minima are finite.
 *
 * <p>The view does not own the memory; the code that opened the segment's arena closes it.
 *
 * @param offset byte offset of the first panel in {@code data}
 * @param inputs a multiple of the format's block length
 */
public record BlockPanels(
    BlockFormat type, MemorySegment data, long offset, int inputs, int outputs)
    implements PackedWeights {
  /** Number of outputs in half a panel. */
  public static final int HALF = Panels.WIDTH / 2;

  private static final int F16_BYTES = 2;

  public BlockPanels {
    if (inputs < 0 || outputs < 0 || offset < 0 || inputs % type.blockLength() != 0) {
      throw new IllegalArgumentException(inputs + "x" + outputs + " " + type + "@" + offset);
    }
    if (offset + bytes(type, inputs, outputs) > data.byteSize()) {
      throw new IllegalArgumentException(
          inputs + "x" + outputs + " " + type + " at " + offset + " exceeds " + data.byteSize());
    }
  }

  /** Returns the bytes of a matrix {@code [inputs, outputs]} in panels, padding included. */
  public static long bytes(BlockFormat type, int inputs, int outputs) {
    return 2L * Panels.count(outputs) * (inputs / type.blockLength()) * blockBytes(type);
  }

  /** Returns the bytes of a block of half a panel. */
  public static int blockBytes(BlockFormat type) {
    return blockHeader(type) + type.groups() * groupBytes(type);
  }

  /** Returns the bytes of a block before its first group. */
  public static int blockHeader(BlockFormat type) {
    return (type.hasMinimum() ? 2 : 1) * HALF * F16_BYTES;
  }

  /** Returns the bytes of a group. */
  public static int groupBytes(BlockFormat type) {
    return groupHeader(type) + type.groupLength() * HALF * type.panelBits() / Byte.SIZE;
  }

  /** Returns the bytes of a group before its integers. */
  public static int groupHeader(BlockFormat type) {
    return type.groupScales() ? (type.hasMinimum() ? 2 : 1) * HALF : 0;
  }

  /**
   * Returns the byte offset in {@code data} of a block.
   *
   * @param half number of the half panel: that of outputs {@code 16 half} to {@code 16 half + 15}
   * @param input an input of the block
   */
  public long blockOffset(int half, int input) {
    int blocks = inputs / type.blockLength();
    return offset + ((long) half * blocks + input / type.blockLength()) * blockBytes(type);
  }

  /**
   * Returns the byte offset in {@code data} of a group.
   *
   * @param half number of the half panel
   * @param input an input of the group
   */
  public long groupOffset(int half, int input) {
    int group = input % type.blockLength() / type.groupLength();
    return blockOffset(half, input) + blockHeader(type) + (long) group * groupBytes(type);
  }
}
