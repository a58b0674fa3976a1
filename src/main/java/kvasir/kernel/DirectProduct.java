package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
      panels(
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
        panels(narrow, data, last, 0, s, STREAMS - 1, n, x, xRow, 0, 1, tile, 0, 0);
      }
      System.arraycopy(tile, 0, out, target, rest);
    }
  }

  /**
   * Sets out to the product of rows and panels anywhere in memory, which share their inputs. Four
   * streams at a time are independent of one another, so that panels of several short blocks of
   * keys are as fast as those of a long one.
   *
   * @param narrow whether the panels are bf16, else f32
   * @param addresses absolute address of each panel's first row
   * @param outputs offset of each panel's first output in the first row
   * @param count number of panels
   */
  static void multiply(
      boolean narrow,
      long[] addresses,
      int[] outputs,
      int count,
      int n,
      float[] x,
      int xStride,
      int rows,
      float[] out,
      int outStride) {
    for (int panel = 0; panel < count; panel++) {
      for (int row = 0; row < rows; row++) {
        int from = outputs[panel] + row * outStride;
        Arrays.fill(out, from, from + WIDTH, 0f);
      }
    }
    int last = count * STREAMS - 1;
    for (int s = 0; s <= last; s += 4) {
      int s1 = Math.min(s + 1, last);
      int s2 = Math.min(s + 2, last);
      int s3 = Math.min(s + 3, last);
      four(
          narrow,
          Memory.ALL,
          addresses[s / STREAMS] + place(s % STREAMS, 0),
          addresses[s1 / STREAMS] + place(s1 % STREAMS, 0),
          addresses[s2 / STREAMS] + place(s2 % STREAMS, 0),
          addresses[s3 / STREAMS] + place(s3 % STREAMS, 0),
          last + 1 - s,
          n,
          x,
          0,
          xStride,
          rows,
          out,
          outputs[s / STREAMS] + output(s % STREAMS),
          outputs[s1 / STREAMS] + output(s1 % STREAMS),
          outputs[s2 / STREAMS] + output(s2 % STREAMS),
          outputs[s3 / STREAMS] + output(s3 % STREAMS),
          outStride);
    }
  }

  /**
   * Adds the product of rows and the streams s to s + 3 of panels; the stream {@code last} is used
   * in place of those beyond it.
   */
  private static void panels(
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
    four(
        narrow,
        data,
        base + place(s, panelStride),
        base + place(s1, panelStride),
        base + place(s2, panelStride),
        base + place(s3, panelStride),
        last + 1 - s,
        n,
        x,
        xOffset,
        xStride,
        rows,
        out,
        outOffset + output(s),
        outOffset + output(s1),
        outOffset + output(s2),
        outOffset + output(s3),
        outStride);
  }

  /**
   * Adds the product of rows and four streams.
   *
   * @param distinct number of streams that differ; those beyond repeat the last one
   */
  private static void four(
      boolean narrow,
      MemorySegment data,
      long p0,
      long p1,
      long p2,
      long p3,
      int distinct,
      int n,
      float[] x,
      int xOffset,
      int xStride,
      int rows,
      float[] out,
      int o0,
      int o1,
      int o2,
      int o3,
      int outStride) {
    int row = 0;
    for (; W == 16 && distinct > 2 && row + 2 <= rows; row += 2) {
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
      if (distinct <= 2) {
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
