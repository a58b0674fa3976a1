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

  /** Integers in panels' form, each row for itself: {@code [HALF, rowBytes]}. */
  private final byte[] rows;

  private final int rowBytes;
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
    this.rowBytes = bytes(RUN);
    this.rows = new byte[HALF * rowBytes];
    this.scales = new byte[format.groups()];
    this.minima = new byte[format.groups()];
    this.packed = new byte[RUN / format.blockLength() * BlockPanels.blockBytes(format)];
    this.packedSegment = MemorySegment.ofArray(packed);
  }

  /** Returns the bytes of a row's integers in panels. */
  private int bytes(int inputs) {
    return inputs * format.panelBits() / Byte.SIZE;
  }

  /**
   * Packs panels {@code from} (inclusive) to {@code to} (exclusive).
   *
   * @return whether all scales and minima are finite; if not, the panels cannot be used
   */
  public boolean pack(int from, int to) {
    for (int half = 2 * from; half < 2 * to; half++) {
      int lanes = Math.clamp(target.outputs() - half * HALF, 0, HALF);
      if (lanes < HALF) {
        Arrays.fill(packed, (byte) 0);
        Arrays.fill(rows, (byte) 0);
      }
      for (int input = 0; input < target.inputs(); input += RUN) {
        int blocks = Math.min(RUN, target.inputs() - input) / format.blockLength();
        for (int lane = 0; lane < lanes; lane++) {
          row(half * HALF + lane, input, blocks);
        }
        transpose(blocks);
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
      integers(block * bytes, row % HALF * rowBytes + block * bytes(format.blockLength()));
      scales(block * bytes, block * packedBytes, row % HALF);
    }
  }

  /** Moves the integers of all rows to their places in the panels. */
  private void transpose(int blocks) {
    int groupBytes = bytes(format.groupLength());
    int from = 0;
    for (int block = 0; block < blocks; block++) {
      int to = block * BlockPanels.blockBytes(format) + BlockPanels.blockHeader(format);
      for (int group = 0; group < format.groups(); group++, from += groupBytes) {
        int at = to + group * BlockPanels.groupBytes(format) + BlockPanels.groupHeader(format);
        ByteTranspose.run(rows, from, rowBytes, HALF, groupBytes, packed, at);
      }
    }
  }

  /** Copies scales and minima of the block at {@code from} of the run into that at {@code to}. */
  private void scales(int from, int to, int lane) {
    copyF16(from + format.scaleOffset(), to + F16_BYTES * lane);
    if (format.hasMinimum()) {
      copyF16(from + format.minimumOffset(), to + F16_BYTES * (HALF + lane));
    }
    int header = BlockPanels.groupHeader(format);
    if (header == 0) {
      return;
    }
    BlockIntegers.readScales(format, run, from, scales, minima);
    int at = to + BlockPanels.blockHeader(format) + lane;
    for (int group = 0; group < format.groups(); group++) {
      packed[at] = scales[group];
      if (header > HALF) {
        packed[at + HALF] = minima[group];
      }
      at += BlockPanels.groupBytes(format);
    }
  }

  private void copyF16(int from, int to) {
    packed[to] = run[from];
    packed[to + 1] = run[from + 1];
    finite &= (run[from + 1] & INFINITE) != INFINITE;
  }

  /** Writes the integers of the block at {@code from} of the run to {@code rows}. */
  private void integers(int from, int to) {
    if (NibblePairs.has(format)) {
      NibblePairs.read(format, run, from, rows, to);
      return;
    }
    BlockIntegers.read(format, run, from, integers);
    int at = to;
    switch (format.panelBits()) {
      case 4 -> {
        for (int i = 0; i < integers.length; i += 2, at++) {
          rows[at] = (byte) (integers[i] | integers[i + 1] << 4);
        }
      }
      case 6 -> {
        for (int i = 0; i < integers.length; i += 4, at += 3) {
          int last = integers[i + 3];
          rows[at] = (byte) (integers[i] | last << 6);
          rows[at + 1] = (byte) (integers[i + 1] | last >> 2 << 6);
          rows[at + 2] = (byte) (integers[i + 2] | last >> 4 << 6);
        }
      }
      default -> System.arraycopy(integers, 0, rows, at, integers.length);
    }
  }
}
