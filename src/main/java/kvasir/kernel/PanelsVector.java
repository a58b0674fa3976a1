package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Panels;

/**
 * Products of rows with {@link Panels}, cut into register tiles. Whichever tile an output falls
 * into, its inputs are added in ascending order.
 */
final class PanelsVector {
  private static final int WIDTH = Panels.WIDTH;

  /** Vectors of pairs, or of half a panel's row of f32. */
  private static final int STREAMS = WIDTH / 2 / W;

  /**
   * Inputs of a packed product at once: a panel of weights and one of rows, 16 KiB each, stay in
   * the first-level cache while tiles pass.
   */
  private static final int INPUTS = 128;

  /** Bytes of a panel of so many inputs. */
  private static final long PANEL_BYTES = 4L * WIDTH * INPUTS;

  /** Panels that share a panel of rows while it is in the first-level cache. */
  private static final int GROUP = 8;

  /** Rows whose sums for a group of panels, 512 KiB, stay in the second-level cache. */
  private static final int ROWS = 512;

  /** From one row of the block of sums to the next. */
  private static final int STRIDE = GROUP * WIDTH;

  private PanelsVector() {}

  /** Sets outputs of panels {@code from} up to {@code to} of a few rows. */
  static void matmul(
      Panels weights,
      int from,
      int to,
      float[] x,
      int xAt,
      int xStride,
      int rows,
      float[] out,
      int outAt,
      int outStride,
      Scratch scratch) {
    clear(weights, from, to, rows, out, outAt, outStride);
    int inputs = weights.inputs();
    add(weights, from, to, 0, inputs, x, xAt, xStride, rows, out, outAt, outStride, scratch);
  }

  static void matmulPacked(
      Panels weights,
      int from,
      int to,
      float[] packed,
      int rows,
      float[] out,
      int outAt,
      int outStride,
      Scratch scratch) {
    for (int row = 0; row < rows; row += ROWS) {
      int count = Math.min(ROWS, rows - row);
      int a = row * weights.inputs();
      int target = outAt + row * outStride;
      for (int panel = from; panel < to; panel += GROUP) {
        int panels = Math.min(GROUP, to - panel);
        float[] sums = block(weights, panel, panels, packed, a, count, scratch);
        copyOut(weights, panel, panels, sums, count, out, target, outStride);
      }
    }
  }

  /** Bytes of a thread's scratch for products of so many packed rows. */
  static long scratchBytes(int rows) {
    int block = PackedRows.panels(Math.min(rows, ROWS)) * WIDTH * STRIDE;
    return Scratch.fixedBytes() + (long) Float.BYTES * (block + GROUP * INPUTS * WIDTH);
  }

  /** Up to 512 packed rows by up to eight panels: sums {@code [rows, 256]}, in scratch. */
  private static float[] block(
      Panels weights, int panel, int panels, float[] packed, int aAt, int rows, Scratch scratch) {
    float[] c = scratch.block(PackedRows.panels(rows) * WIDTH * STRIDE);
    Arrays.fill(c, 0, rows * STRIDE, 0f);
    MemorySegment b = scratch.panels(GROUP * INPUTS);
    int inputs = weights.inputs();
    for (int input = 0; input < inputs; input += INPUTS) {
      int n = Math.min(INPUTS, inputs - input);
      for (int i = 0; i < panels; i++) {
        WidenVector.widen(weights, panel + i, input, n, b, i * PANEL_BYTES);
      }
      for (int row = 0; row < rows; row += WIDTH) {
        int a = aAt + (row * inputs + input * WIDTH);
        int count = Math.min(WIDTH, rows - row);
        for (int i = 0; i < panels; i++) {
          int at = row * STRIDE + i * WIDTH;
          whole(b, i * PANEL_BYTES, n, packed, a, c, at, STRIDE, count);
        }
      }
    }
    return c;
  }

  private static void copyOut(
      Panels weights,
      int panel,
      int panels,
      float[] block,
      int rows,
      float[] out,
      int outAt,
      int outStride) {
    int first = panel * WIDTH;
    int width = Math.min(weights.outputs() - first, panels * WIDTH);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(block, row * STRIDE, out, outAt + row * outStride + first, width);
    }
  }

  private static void clear(
      Panels weights, int from, int to, int rows, float[] out, int outAt, int outStride) {
    int begin = from * WIDTH;
    int end = Math.min(weights.outputs(), to * WIDTH);
    for (int row = 0; row < rows && begin < end; row++) {
      int at = outAt + row * outStride;
      Arrays.fill(out, at + begin, at + end, 0f);
    }
  }

  /** Adds n inputs from {@code input} on, of a few rows; x begins with the first of these. */
  static void add(
      Panels weights,
      int from,
      int to,
      int input,
      int n,
      float[] x,
      int xAt,
      int xStride,
      int rows,
      float[] out,
      int outAt,
      int outStride,
      Scratch scratch) {
    if (weights.type() != DType.F16) {
      boolean narrow = weights.type() == DType.BF16;
      long base = weights.rowOffset(from, input);
      long stride = (long) weights.inputs() * weights.rowBytes();
      int outputs = Math.min(weights.outputs(), to * WIDTH) - from * WIDTH;
      int first = outAt + from * WIDTH;
      MemorySegment data = weights.data();
      direct(
          narrow, data, base, stride, outputs, n, x, xAt, xStride, rows, out, first, outStride,
          scratch);
      return;
    }
    MemorySegment wide = scratch.panels(n);
    for (int panel = from; panel < to; panel++) {
      WidenVector.widen(weights, panel, input, n, wide, 0);
      int width = weights.width(panel);
      int first = outAt + panel * WIDTH;
      direct(false, wide, 0, 0, width, n, x, xAt, xStride, rows, out, first, outStride, scratch);
    }
  }

  /**
   * Rows by panels where they lie, those of bf16 if {@code narrow}, else of f32; {@code out} is at
   * the first panel's outputs.
   */
  static void direct(
      boolean narrow,
      MemorySegment data,
      long base,
      long panelStride,
      int outputs,
      int n,
      float[] x,
      int xAt,
      int xStride,
      int rows,
      float[] out,
      int outAt,
      int outStride,
      Scratch scratch) {
    int full = outputs / WIDTH;
    int streams = full * STREAMS;
    for (int s = 0; s < streams; s += 4) {
      four(
          narrow,
          data,
          base,
          panelStride,
          s,
          streams - 1,
          n,
          x,
          xAt,
          xStride,
          rows,
          out,
          outAt,
          outStride);
    }
    int rest = outputs - full * WIDTH;
    long last = base + full * panelStride;
    for (int row = 0; rest > 0 && row < rows; row++) {
      float[] tile = scratch.tile;
      int target = outAt + row * outStride + full * WIDTH;
      System.arraycopy(out, target, tile, 0, rest);
      for (int s = 0; s < STREAMS; s += 4) {
        int at = xAt + row * xStride;
        four(narrow, data, last, 0, s, STREAMS - 1, n, x, at, 0, 1, tile, 0, 0);
      }
      System.arraycopy(tile, 0, out, target, rest);
    }
  }

  /** Streams s to s + 3, the last standing in for those beyond it. */
  private static void four(
      boolean narrow,
      MemorySegment data,
      long base,
      long panelStride,
      int s,
      int last,
      int n,
      float[] x,
      int xAt,
      int xStride,
      int rows,
      float[] out,
      int outAt,
      int outStride) {
    int s1 = Math.min(s + 1, last);
    int s2 = Math.min(s + 2, last);
    int s3 = Math.min(s + 3, last);
    long p0 = base + place(s, panelStride);
    long p1 = base + place(s1, panelStride);
    long p2 = base + place(s2, panelStride);
    long p3 = base + place(s3, panelStride);
    int o0 = outAt + output(s);
    int o1 = outAt + output(s1);
    int o2 = outAt + output(s2);
    int o3 = outAt + output(s3);
    int row = 0;
    for (; W == 16 && s + 1 < last && row + 2 <= rows; row += 2) {
      int xRow = xAt + row * xStride;
      int to = row * outStride;
      if (narrow) {
        DirectBf16.twoByFour(
            data, p0, p1, p2, p3, n, x, xRow, xStride, out, to + o0, to + o1, to + o2, to + o3,
            outStride);
      } else {
        DirectF32.twoByFour(
            data, p0, p1, p2, p3, n, x, xRow, xStride, out, to + o0, to + o1, to + o2, to + o3,
            outStride);
      }
    }
    for (; row + 2 <= rows; row += 2) {
      int xRow = xAt + row * xStride;
      int to = row * outStride;
      if (narrow) {
        DirectBf16.twoByTwo(data, p0, p1, n, x, xRow, xStride, out, to + o0, to + o1, outStride);
      } else {
        DirectF32.twoByTwo(data, p0, p1, n, x, xRow, xStride, out, to + o0, to + o1, outStride);
      }
      if (s + 2 > last) {
        continue;
      }
      if (narrow) {
        DirectBf16.twoByTwo(data, p2, p3, n, x, xRow, xStride, out, to + o2, to + o3, outStride);
      } else {
        DirectF32.twoByTwo(data, p2, p3, n, x, xRow, xStride, out, to + o2, to + o3, outStride);
      }
    }
    if (row < rows) {
      int xRow = xAt + row * xStride;
      int to = row * outStride;
      if (narrow) {
        DirectBf16.oneByFour(
            data, p0, p1, p2, p3, n, x, xRow, out, to + o0, to + o1, to + o2, to + o3);
      } else {
        DirectF32.oneByFour(
            data, p0, p1, p2, p3, n, x, xRow, out, to + o0, to + o1, to + o2, to + o3);
      }
    }
  }

  private static long place(int stream, long panelStride) {
    return stream / STREAMS * panelStride + stream % STREAMS * 4L * W;
  }

  private static int output(int stream) {
    return stream / STREAMS * WIDTH + stream % STREAMS * W;
  }

  /** Adds a panel of f32 times up to 32 packed rows to {@code c}, of {@code width} columns. */
  static void tiles(
      MemorySegment b,
      long bAt,
      int n,
      float[] a,
      int aAt,
      float[] c,
      int cAt,
      int cStride,
      int rows,
      int width,
      Scratch scratch) {
    if (width == WIDTH) {
      whole(b, bAt, n, a, aAt, c, cAt, cStride, rows);
      return;
    }
    float[] tile = scratch.tile;
    for (int row = 0; row < rows; row++) {
      System.arraycopy(c, cAt + row * cStride, tile, row * WIDTH, width);
    }
    whole(b, bAt, n, a, aAt, tile, 0, WIDTH, rows);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(tile, row * WIDTH, c, cAt + row * cStride, width);
    }
  }

  private static void whole(
      MemorySegment b,
      long bAt,
      int n,
      float[] a,
      int aAt,
      float[] c,
      int cAt,
      int cStride,
      int rows) {
    if (W == 16) {
      for (int row = 0; row < rows; row += TileWide.ROWS) {
        TileWide.multiply(
            b,
            bAt,
            n,
            a,
            aAt + row,
            c,
            cAt + row * cStride,
            cStride,
            Math.min(TileWide.ROWS, rows - row));
      }
      return;
    }
    for (int lane = 0; lane < WIDTH; lane += 2 * W) {
      for (int row = 0; row < rows; row += TileNarrow.ROWS) {
        TileNarrow.multiply(
            b,
            bAt + 4L * lane,
            n,
            a,
            aAt + row,
            c,
            cAt + row * cStride + lane,
            cStride,
            Math.min(TileNarrow.ROWS, rows - row));
      }
    }
  }

  /** {@link Kernels#accumulate}. */
  static void accumulate(
      Panels values,
      float[] p,
      int pAt,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outAt,
      int outStride,
      Scratch scratch) {
    int panels = values.count();
    for (int row = 0; row < rows; row += 2) {
      int pair = Math.min(2, rows - row);
      int shared = Math.min(counts[row], counts[row + pair - 1]);
      int from = pAt + row * pStride;
      int to = outAt + row * outStride;
      add(values, 0, panels, 0, shared, p, from, pStride, pair, out, to, outStride, scratch);
      for (int i = 0; i < pair; i++) {
        int more = counts[row + i] - shared;
        if (more > 0) {
          int at = from + i * pStride + shared;
          int target = to + i * outStride;
          add(values, 0, panels, shared, more, p, at, 0, 1, out, target, 0, scratch);
        }
      }
    }
  }
}
