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

  /** Number of inputs of a row that are copied to the heap at once: whole blocks of any format. */
  private static final int RUN = 512;

  /** Exponent of infinite f16 numbers and NaN in the higher byte. */
  private static final int INFINITE = 0x7c;

  private final Matrix source;
  private final BlockPanels target;
  private final BlockFormat format;
  private final byte[] run;
  private final MemorySegment runSegment;
  private final byte[] integers;
  private final byte[] scales;
  private final byte[] minima;
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
    this.run = new byte[RUN / format.blockLength() * format.blockBytes()];
    this.runSegment = MemorySegment.ofArray(run);
    this.integers = new byte[format.blockLength()];
    this.scales = new byte[format.groups()];
    this.minima = new byte[format.groups()];
    this.packed = new byte[RUN / format.blockLength() * BlockPanels.blockBytes(format)];
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
      for (int input = 0; input < target.inputs(); input += RUN) {
        int blocks = Math.min(RUN, target.inputs() - input) / format.blockLength();
        for (int lane = 0; lane < rows; lane++) {
          row(half * HALF + lane, input, blocks);
        }
        long at = target.blockOffset(half, input);
        int bytes = blocks * BlockPanels.blockBytes(format);
        MemorySegment.copy(packedSegment, 0, target.data(), at, bytes);
      }
    }
    return finite;
  }

  /** Packs some blocks of a row. */
  private void row(int row, int input, int blocks) {
    int bytes = format.blockBytes();
    long from = source.rowOffset(row) + input / format.blockLength() * (long) bytes;
    MemorySegment.copy(source.data(), from, runSegment, 0, (long) blocks * bytes);
    int packedBytes = BlockPanels.blockBytes(format);
    for (int block = 0; block < blocks; block++) {
      BlockIntegers.read(format, run, block * bytes, integers);
      BlockIntegers.readScales(format, run, block * bytes, scales, minima);
      block(block * bytes, block * packedBytes, row % HALF);
    }
  }

  /** Packs the block at {@code from} of the run into that at {@code to}. */
  private void block(int from, int to, int lane) {
    copyF16(from + format.scaleOffset(), to + F16_BYTES * lane);
    if (format.hasMinimum()) {
      copyF16(from + format.minimumOffset(), to + F16_BYTES * (HALF + lane));
    }
    int at = to + BlockPanels.blockHeader(format) + lane;
    int length = format.groupLength();
    int groups = format.groups();
    int header = BlockPanels.groupHeader(format);
    int bytes = BlockPanels.groupBytes(format);
    for (int group = 0; group < groups; group++) {
      if (header > 0) {
        packed[at] = scales[group];
      }
      if (header > HALF) {
        packed[at + HALF] = minima[group];
      }
      integers(group * length, (group + 1) * length, at + header);
      at += bytes;
    }
  }

  private void copyF16(int from, int to) {
    packed[to] = run[from];
    packed[to + 1] = run[from + 1];
    finite &= (run[from + 1] & INFINITE) != INFINITE;
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
