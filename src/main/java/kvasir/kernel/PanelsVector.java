package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.CachedValues;
import kvasir.tensor.DType;
import kvasir.tensor.PackedWeights;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/**
 * Vector products of rows with {@link Panels}, divided into register tiles. In every tile the
 * inputs of an output are added in ascending order.
 *
 * <p>Parameters, in addition to those of {@link Kernels}:
 *
 * <pre>
 *   input, n             the first input to add, and the number of inputs
 *   a, aOffset           packed rows, and the offset of the first row's first input
 *   b, bOffset           a panel in f32, and the byte offset of its first input
 *   c, cOffset, cStride  sums, offset of the first row, elements to the next row
 * </pre>
 */
final class PanelsVector {
  private static final int WIDTH = Panels.WIDTH;

  /**
   * Number of inputs of a packed product at once: a panel of weights and one of rows, 16 KiB each,
   * stay in the first-level cache while the tiles are computed.
   */
  private static final int INPUTS = 128;

  /** Bytes of a panel of {@link #INPUTS} inputs in f32. */
  private static final long PANEL_BYTES = 4L * WIDTH * INPUTS;

  /** Number of panels of weights that use a panel of rows while it is in the first-level cache. */
  private static final int GROUP = 8;

  /**
   * Number of rows at once; their sums for a group of panels, 512 KiB, stay in the second-level
   * cache.
   */
  private static final int ROWS = 512;

  /** Elements from one row of the block of sums to the next. */
  private static final int STRIDE = GROUP * WIDTH;

  /** Factors that change nothing; tiles read beyond those of 32 rows. */
  static final float[] ONES = ones();

  private PanelsVector() {}

  private static float[] ones() {
    float[] ones = new float[2 * WIDTH];
    Arrays.fill(ones, 1f);
    return ones;
  }

  /** Computes a product with a few rows, as {@link Kernels#matmul} specifies. */
  static void matmul(
      PackedWeights packed,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    if (packed instanceof BlockPanels blocks) {
      BlockProduct.multiply(
          blocks, from, to, x, xOffset, xStride, rows, out, outOffset, outStride, scratch);
      return;
    }
    Panels weights = (Panels) packed;
    clear(weights, from, to, rows, out, outOffset, outStride);
    int inputs = weights.inputs();
    add(
        weights, from, to, 0, inputs, x, xOffset, xStride, rows, out, outOffset, outStride,
        scratch);
  }

  /** Computes a product with packed rows, as {@link Kernels#matmulPacked} specifies. */
  static void matmulPacked(
      PackedWeights weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    for (int row = 0; row < rows; row += ROWS) {
      int count = Math.min(ROWS, rows - row);
      int a = row * weights.inputs();
      int target = outOffset + row * outStride;
      for (int panel = from; panel < to; panel += GROUP) {
        int panels = Math.min(GROUP, to - panel);
        float[] sums = block(weights, panel, panels, packed, a, count, scratch);
        copyOut(weights, panel, panels, sums, count, out, target, outStride);
      }
    }
  }

  /** Returns the bytes of a thread's scratch memory for products of {@code rows} packed rows. */
  static long scratchBytes(int rows) {
    int block = PackedRows.panels(Math.min(rows, ROWS)) * WIDTH * STRIDE;
    return Scratch.fixedBytes() + (long) Float.BYTES * (block + GROUP * INPUTS * WIDTH);
  }

  /**
   * Multiplies up to 512 packed rows by up to eight panels. Returns the sums, {@code [rows, 256]},
   * in scratch memory.
   */
  private static float[] block(
      PackedWeights weights,
      int panel,
      int panels,
      float[] packed,
      int aOffset,
      int rows,
      Scratch scratch) {
    float[] c = scratch.block(PackedRows.panels(rows) * WIDTH * STRIDE);
    Arrays.fill(c, 0, rows * STRIDE, 0f);
    int inputs = weights.inputs();
    // A batch of up to 32 rows reads each panel upwards in one go. More rows share strips of
    // several panels that stay in the second-level cache.
    int strip = rows <= WIDTH && inPlace(weights) ? Math.max(1, inputs) : INPUTS;
    MemorySegment wide = inPlace(weights) ? null : scratch.panels(GROUP * INPUTS);
    for (int input = 0; input < inputs; input += strip) {
      int n = Math.min(strip, inputs - input);
      for (int i = 0; i < panels && wide != null; i++) {
        widen(weights, panel + i, input, n, wide, i * PANEL_BYTES, scratch);
      }
      for (int row = 0; row < rows; row += WIDTH) {
        int a = aOffset + (row * inputs + input * WIDTH);
        int count = Math.min(WIDTH, rows - row);
        for (int i = 0; i < panels; i++) {
          int sum = row * STRIDE + i * WIDTH;
          if (wide == null) {
            inPlace((Panels) weights, panel + i, input, n, packed, a, c, sum, count);
          } else {
            whole(wide, i * PANEL_BYTES, n, packed, a, c, sum, STRIDE, count, ONES, 0);
          }
        }
      }
    }
    return c;
  }

  /** Returns whether tiles read panels of this type where they are. */
  private static boolean inPlace(PackedWeights weights) {
    return weights.type() == DType.F32 || (weights.type() == DType.BF16 && W == 16);
  }

  private static void widen(
      PackedWeights weights,
      int panel,
      int input,
      int n,
      MemorySegment target,
      long targetOffset,
      Scratch scratch) {
    switch (weights) {
      case Panels plain -> WidenVector.widen(plain, panel, input, n, target, targetOffset);
      case BlockPanels blocks ->
          WidenBlocks.widen(blocks, panel, input, n, target, targetOffset, scratch);
    }
  }

  private static void inPlace(
      Panels weights,
      int panel,
      int input,
      int n,
      float[] a,
      int aOffset,
      float[] c,
      int cOffset,
      int rows) {
    long bOffset = weights.rowOffset(panel, input);
    if (weights.type() == DType.F32) {
      whole(weights.data(), bOffset, n, a, aOffset, c, cOffset, STRIDE, rows, ONES, 0);
      return;
    }
    for (int row = 0; row < rows; row += TileBf16.ROWS) {
      int valid = Math.min(TileBf16.ROWS, rows - row);
      TileBf16.multiply(
          weights.data(), bOffset, n, a, aOffset + row, c, cOffset + row * STRIDE, STRIDE, valid);
    }
  }

  private static void copyOut(
      PackedWeights weights,
      int panel,
      int panels,
      float[] block,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    int first = panel * WIDTH;
    int width = Math.min(weights.outputs() - first, panels * WIDTH);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(block, row * STRIDE, out, outOffset + row * outStride + first, width);
    }
  }

  private static void clear(
      Panels weights, int from, int to, int rows, float[] out, int outOffset, int outStride) {
    int begin = from * WIDTH;
    int end = Math.min(weights.outputs(), to * WIDTH);
    for (int row = 0; row < rows && begin < end; row++) {
      int rowOffset = outOffset + row * outStride;
      Arrays.fill(out, rowOffset + begin, rowOffset + end, 0f);
    }
  }

  /**
   * Adds n inputs from {@code input} on to the outputs of a few rows; {@code x} begins with the
   * first of these inputs.
   */
  static void add(
      Panels weights,
      int from,
      int to,
      int input,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    if (weights.type() != DType.F16) {
      boolean narrow = weights.type() == DType.BF16;
      long base = weights.rowOffset(from, input);
      long stride = weights.panelStride();
      int outputs = Math.min(weights.outputs(), to * WIDTH) - from * WIDTH;
      int first = outOffset + from * WIDTH;
      MemorySegment data = weights.data();
      DirectProduct.multiplyAdd(
          narrow, data, base, stride, outputs, n, x, xOffset, xStride, rows, out, first, outStride,
          scratch);
      return;
    }
    MemorySegment wide = scratch.panels(n);
    for (int panel = from; panel < to; panel++) {
      WidenVector.widen(weights, panel, input, n, wide, 0);
      int width = weights.width(panel);
      int first = outOffset + panel * WIDTH;
      DirectProduct.multiplyAdd(
          false, wide, 0, 0, width, n, x, xOffset, xStride, rows, out, first, outStride, scratch);
    }
  }

  /**
   * Adds the product of a panel of f32 and up to 32 packed rows to {@code width} columns of {@code
   * c}.
   *
   * @param factors factor of the sums of row r at {@code factorOffset + r}
   */
  static void tiles(
      MemorySegment b,
      long bOffset,
      int n,
      float[] a,
      int aOffset,
      float[] c,
      int cOffset,
      int cStride,
      int rows,
      int width,
      float[] factors,
      int factorOffset,
      Scratch scratch) {
    if (width == WIDTH) {
      whole(b, bOffset, n, a, aOffset, c, cOffset, cStride, rows, factors, factorOffset);
      return;
    }
    float[] tile = scratch.tile;
    for (int row = 0; row < rows; row++) {
      System.arraycopy(c, cOffset + row * cStride, tile, row * WIDTH, width);
    }
    whole(b, bOffset, n, a, aOffset, tile, 0, WIDTH, rows, factors, factorOffset);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(tile, row * WIDTH, c, cOffset + row * cStride, width);
    }
  }

  private static void whole(
      MemorySegment b,
      long bOffset,
      int n,
      float[] a,
      int aOffset,
      float[] c,
      int cOffset,
      int cStride,
      int rows,
      float[] factors,
      int factorOffset) {
    if (W == 16) {
      for (int row = 0; row < rows; row += TileWide.ROWS) {
        TileWide.multiply(
            b,
            bOffset,
            n,
            a,
            aOffset + row,
            c,
            cOffset + row * cStride,
            cStride,
            Math.min(TileWide.ROWS, rows - row),
            factors,
            factorOffset + row);
      }
      return;
    }
    for (int lane = 0; lane < WIDTH; lane += 2 * W) {
      for (int row = 0; row < rows; row += TileNarrow.ROWS) {
        TileNarrow.multiply(
            b,
            bOffset + 4L * lane,
            n,
            a,
            aOffset + row,
            c,
            cOffset + row * cStride + lane,
            cStride,
            Math.min(TileNarrow.ROWS, rows - row),
            factors,
            factorOffset + row);
      }
    }
  }

  /** Adds weighted values to rows, as {@link Kernels#accumulate} specifies. */
  static void accumulate(
      CachedValues values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    int panels = values.count();
    for (int row = 0; row < rows; row += 2) {
      int pair = Math.min(2, rows - row);
      int shared = Math.min(counts[row], counts[row + pair - 1]);
      int from = pOffset + row * pStride;
      int to = outOffset + row * outStride;
      weighted(values, panels, 0, shared, p, from, pStride, pair, out, to, outStride, scratch);
      for (int i = 0; i < pair; i++) {
        int rest = counts[row + i] - shared;
        if (rest > 0) {
          int weightOffset = from + i * pStride + shared;
          int target = to + i * outStride;
          weighted(values, panels, shared, rest, p, weightOffset, 0, 1, out, target, 0, scratch);
        }
      }
    }
  }

  /** Adds n weighted values from {@code input} on to a row, or to two. */
  private static void weighted(
      CachedValues values,
      int panels,
      int input,
      int n,
      float[] p,
      int pOffset,
      int pStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    switch (values) {
      case Panels plain ->
          add(
              plain, 0, panels, input, n, p, pOffset, pStride, rows, out, outOffset, outStride,
              scratch);
      case ScaledRows bytes ->
          ByteValues.add(
              bytes, input, n, p, pOffset, pStride, rows, out, outOffset, outStride, scratch);
    }
  }
}
