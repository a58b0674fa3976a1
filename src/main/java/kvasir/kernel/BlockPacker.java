package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.Matrix;

/**
 * Packer of quantised matrices from the blocks of a checkpoint into {@link BlockPanels}. It moves
 * scales and integers and changes none. One thread uses an object, which is its working memory.
 */
public final class BlockPacker {
  private static final int HALF = BlockPanels.HALF;
  private static final int F16_BYTES = 2;

  /** Exponent of infinite f16 numbers and NaN in the higher byte. */
  private static final int INFINITE = 0x7c;

  private final Matrix source;
  private final BlockPanels target;
  private final BlockFormat format;
  private final byte[] block;
  private final MemorySegment blockSegment;
  private final byte[] integers;
  private final byte[] packed;
  private final MemorySegment packedSegment;

  private boolean finite = true;

  /**
   * Creates a packer.
   *
   * @param source row-major matrix {@code [outputs, inputs]}
   * @param target panels of the same format and shape
   */
  public BlockPacker(Matrix source, BlockPanels target) {
    if (source.rows() != target.outputs()
        || source.columns() != target.inputs()
        || source.type() != target.type()) {
      throw new IllegalArgumentException(source + " into " + target);
    }
    this.source = source;
    this.target = target;
    this.format = target.type();
    this.block = new byte[format.blockBytes()];
    this.blockSegment = MemorySegment.ofArray(block);
    this.integers = new byte[format.blockLength()];
    this.packed = new byte[BlockPanels.blockBytes(format)];
    this.packedSegment = MemorySegment.ofArray(packed);
  }

  /**
   * Packs panels {@code from} (inclusive) to {@code to} (exclusive).
   *
   * @return whether all scales and minima are finite; if not, the panels cannot be used
   */
  public boolean pack(int from, int to) {
    for (int half = 2 * from; half < 2 * to; half++) {
      int rows = Math.clamp(target.outputs() - half * HALF, 0, HALF);
      if (rows < HALF) {
        Arrays.fill(packed, (byte) 0);
      }
      for (int input = 0; input < target.inputs(); input += format.blockLength()) {
        for (int lane = 0; lane < rows; lane++) {
          long at = source.rowOffset(half * HALF + lane) + format.bytes(input);
          MemorySegment.copy(source.data(), at, blockSegment, 0, block.length);
          BlockIntegers.read(format, block, integers);
          lane(lane);
        }
        long at = target.blockOffset(half, input);
        MemorySegment.copy(packedSegment, 0, target.data(), at, packed.length);
      }
    }
    return finite;
  }

  private void lane(int lane) {
    copyF16(format.scaleOffset(), F16_BYTES * lane);
    if (format.hasMinimum()) {
      copyF16(format.minimumOffset(), F16_BYTES * (HALF + lane));
    }
    int at = BlockPanels.blockHeader(format) + lane;
    int length = format.groupLength();
    for (int group = 0; group < format.groups(); group++) {
      if (format.groupScales()) {
        packed[at] = (byte) BlockScales.integerScale(format, blockSegment, 0, group);
        if (format.hasMinimum()) {
          packed[at + HALF] = (byte) BlockScales.integerMinimum(format, blockSegment, 0, group);
        }
      }
      integers(group * length, (group + 1) * length, at + BlockPanels.groupHeader(format));
      at += BlockPanels.groupBytes(format);
    }
  }

  private void copyF16(int from, int to) {
    packed[to] = block[from];
    packed[to + 1] = block[from + 1];
    finite &= (block[from + 1] & INFINITE) != INFINITE;
  }

  private void integers(int from, int to, int target) {
    int at = target;
    switch (format.panelBits()) {
      case 4 -> {
        for (int i = from; i < to; i += 2, at += HALF) {
          packed[at] = (byte) (integers[i] | integers[i + 1] << 4);
        }
      }
      case 6 -> {
        for (int i = from; i < to; i += 4, at += 3 * HALF) {
          int last = integers[i + 3];
          packed[at] = (byte) (integers[i] | last << 6);
          packed[at + HALF] = (byte) (integers[i + 1] | last >> 2 << 6);
          packed[at + 2 * HALF] = (byte) (integers[i + 2] | last >> 4 << 6);
        }
      }
      default -> {
        for (int i = from; i < to; i++, at += HALF) {
          packed[at] = integers[i];
        }
      }
    }
  }
}
