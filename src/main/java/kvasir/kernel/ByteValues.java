package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.Panels;
import kvasir.tensor.ScaledRows;

/** Sums of weighted values in bytes with scales for a row or two, four panels at a time. */
final class ByteValues {
  private static final int WIDTH = Panels.WIDTH;

  /** Number of panels at a time. */
  private static final int PANELS = 4;

  /** Number of keys at a time. */
  private static final int KEYS = 64;

  /** Number of weights of two rows. */
  static final int WEIGHTS = 2 * PANELS * KEYS;

  private ByteValues() {}

  /**
   * Adds n weighted values from {@code input} on to one or two rows; {@code p} begins with the
   * weight of the first of them.
   */
  static void add(
      ScaledRows values,
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
    int whole = W < 8 ? 0 : values.outputs() / WIDTH;
    for (int done = 0; done < n; done += KEYS) {
      int count = Math.min(KEYS, n - done);
      int key = input + done;
      int from = pOffset + done;
      for (int panel = 0; panel < whole; panel += PANELS) {
        panels(
            values,
            panel,
            whole - 1,
            key,
            count,
            p,
            from,
            pStride,
            rows,
            out,
            outOffset,
            outStride,
            scratch.weights);
      }
      for (int panel = whole; panel < values.count(); panel++) {
        widened(
            values, panel, key, count, p, from, pStride, rows, out, outOffset, outStride, scratch);
      }
    }
  }

  private static void widened(
      ScaledRows values,
      int panel,
      int key,
      int n,
      float[] p,
      int pOffset,
      int pStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      Scratch scratch) {
    MemorySegment wide = scratch.panels(n);
    WidenBytes.values(values, panel, key, n, wide, 0);
    int width = values.width(panel);
    int first = outOffset + panel * WIDTH;
    float[] u = scratch.weights;
    for (int row = 0; row < rows; row++) {
      RowSums.weights(scales(values, panel, key, n), n, p, pOffset + row * pStride, u, row * KEYS);
    }
    DirectProduct.multiplyAdd(
        false, wide, 0, 0, width, n, u, 0, KEYS, rows, out, first, outStride, scratch);
    Memory.keep(values.data());
  }

  /** Adds four panels from {@code panel} on; the last one takes the place of those beyond it. */
  private static void panels(
      ScaledRows values,
      int panel,
      int last,
      int key,
      int n,
      float[] p,
      int pOffset,
      int pStride,
      int rows,
      float[] out,
      int outOffset,
      int outStride,
      float[] u) {
    int second = Math.min(panel + 1, last);
    int third = Math.min(panel + 2, last);
    int fourth = Math.min(panel + 3, last);
    boolean two = last <= panel + 1;
    int count = two ? 2 : PANELS;
    for (int i = 0; i < count; i++) {
      long scales = scales(values, Math.min(panel + i, last), key, n);
      if (rows == 2) {
        RowSums.weightsOfTwo(scales, n, p, pOffset, pStride, u, i * KEYS, count * KEYS);
      } else {
        RowSums.weights(scales, n, p, pOffset, u, i * KEYS);
      }
    }
    long p0 = start(values, panel, key, n);
    long p1 = start(values, second, key, n);
    long p2 = start(values, third, key, n);
    long p3 = start(values, fourth, key, n);
    int o0 = outOffset + panel * WIDTH;
    int o1 = outOffset + second * WIDTH;
    int o2 = outOffset + third * WIDTH;
    int o3 = outOffset + fourth * WIDTH;
    for (int lane = 0; lane < WIDTH; lane += 2 * W) {
      if (two && rows == 2) {
        RowSums.twoByTwo(p0, p1, n, u, 0, KEYS, out, o0, o1, outStride, lane);
      } else if (two) {
        RowSums.oneByTwo(p0, p1, n, u, 0, KEYS, out, o0, o1, 0, lane);
      } else if (rows == 2 && W == 16) {
        RowSums.twoByFour(p0, p1, p2, p3, n, u, 0, KEYS, out, o0, o1, o2, o3, outStride, lane);
      } else {
        for (int row = 0; row < rows; row++) {
          int at = row * PANELS * KEYS;
          int to = row * outStride;
          RowSums.oneByFour(p0, p1, p2, p3, n, u, at, KEYS, out, o0, o1, o2, o3, to, lane);
        }
      }
    }
    Memory.keep(values.data());
  }

  private static long scales(ScaledRows values, int panel, int key, int n) {
    long offset = values.scaleOffset(panel, key);
    return Memory.start(values.data(), offset, (long) n * Short.BYTES) + offset;
  }

  private static long start(ScaledRows values, int panel, int key, int n) {
    long offset = values.rowOffset(panel, key);
    return Memory.start(values.data(), offset, (long) n * ScaledRows.ROW_BYTES) + offset;
  }
}
