package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.Panels;

/**
 * Product of a few rows with panels that are read in place, divided into streams: {@link
 * DirectBf16} and {@link DirectF32} add four of them at a time, each stream strictly upwards in
 * memory. Inputs are added in ascending order.
 */
final class DirectProduct {
  private static final int WIDTH = Panels.WIDTH;

  /** Number of streams in a panel: vectors of pairs in bf16, or of half a row in f32. */
  private static final int STREAMS = WIDTH / 2 / W;

  private DirectProduct() {}

  /**
   * Adds the product of rows and panels to {@code out}.
   *
   * @param narrow whether the panels are bf16, else f32
   * @param base byte offset of the first panel's first row
   * @param panelStride bytes from one panel to the next
   * @param outputs number of outputs of all panels
   * @param outOffset offset of the first panel's outputs in the first row
   */
  static void multiplyAdd(
      boolean narrow,
      MemorySegment data,
      long base,
      long panelStride,
      int outputs,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
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
          xOffset,
          xStride,
          rows,
          out,
          outOffset,
          outStride);
    }
    int rest = outputs - full * WIDTH;
    long last = base + full * panelStride;
    for (int row = 0; rest > 0 && row < rows; row++) {
      float[] tile = scratch.tile;
      int target = outOffset + row * outStride + full * WIDTH;
      System.arraycopy(out, target, tile, 0, rest);
      for (int s = 0; s < STREAMS; s += 4) {
        int xRow = xOffset + row * xStride;
        four(narrow, data, last, 0, s, STREAMS - 1, n, x, xRow, 0, 1, tile, 0, 0);
      }
      System.arraycopy(tile, 0, out, target, rest);
    }
  }

  /**
   * Adds the product of rows and the streams s to s + 3; the stream {@code last} is used in place
   * of those beyond it.
   */
  private static void four(
      boolean narrow,
      MemorySegment data,
      long base,
      long panelStride,
      int s,
      int last,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    int s1 = Math.min(s + 1, last);
    int s2 = Math.min(s + 2, last);
    int s3 = Math.min(s + 3, last);
    long p0 = base + place(s, panelStride);
    long p1 = base + place(s1, panelStride);
    long p2 = base + place(s2, panelStride);
    long p3 = base + place(s3, panelStride);
    int o0 = outOffset + output(s);
    int o1 = outOffset + output(s1);
    int o2 = outOffset + output(s2);
    int o3 = outOffset + output(s3);
    int row = 0;
    for (; W == 16 && s + 1 < last && row + 2 <= rows; row += 2) {
      int xRow = xOffset + row * xStride;
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
      int xRow = xOffset + row * xStride;
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
      int xRow = xOffset + row * xStride;
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

  /** Returns the byte offset of a stream's first vector from the first panel. */
  private static long place(int stream, long panelStride) {
    return stream / STREAMS * panelStride + stream % STREAMS * 4L * W;
  }

  /** Returns the first output of a stream. */
  private static int output(int stream) {
    return stream / STREAMS * WIDTH + stream % STREAMS * W;
  }
}
