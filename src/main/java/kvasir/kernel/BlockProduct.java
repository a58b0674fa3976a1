package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kvasir.tensor.BlockFormat;
import kvasir.tensor.BlockPanels;
import kvasir.tensor.Panels;

/**
 * Product of a few rows with {@link BlockPanels}. The half panels are divided into runs, one for
 * each stream of a kernel, so that streams lie far apart in memory; each is read strictly upwards.
 * Inputs are added in ascending order.
 */
final class BlockProduct {
  private static final int HALF = BlockPanels.HALF;

  /** Largest number of streams of a kernel. */
  static final int STREAMS = 4;

  /** Number of inputs that are widened at once for vectors without a kernel of their own. */
  private static final int WIDENED = 128;

  private BlockProduct() {}

  /** Computes a product, as {@link Kernels#matmul} specifies. */
  static void multiply(
      BlockPanels weights,
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
    if (W < 8) {
      widened(weights, from, to, x, xOffset, xStride, rows, out, outOffset, outStride, scratch);
      return;
    }
    int first = 2 * from;
    int end = Math.min(2 * to, Math.ceilDiv(weights.outputs(), HALF));
    int streams = streams(weights.type());
    int run = Math.ceilDiv(Math.max(0, end - first), streams);
    float[] sums = scratch.sums;
    for (int half = first; half < first + run; half++) {
      for (int row = 0; row < rows; row++) {
        Arrays.fill(sums, 0f);
        for (int lane = 0; lane < HALF; lane += W) {
          add(weights, half, run, end - 1, x, xOffset + row * xStride, sums, lane);
        }
        for (int i = 0; i < streams && half + i * run < end; i++) {
          int output = (half + i * run) * HALF;
          int width = Math.min(HALF, weights.outputs() - output);
          int target = outOffset + row * outStride + output;
          System.arraycopy(sums, i * HALF, out, target, width);
        }
      }
    }
  }

  private static int streams(BlockFormat format) {
    return switch (format.panelBits()) {
      case 4 -> format.groupScales() ? NibbleGroups.STREAMS : NibbleBlocks.STREAMS;
      case 6 -> SixBitGroups.STREAMS;
      default -> format.groupScales() ? ByteGroups.STREAMS : ByteBlocks.STREAMS;
    };
  }

  /**
   * Adds the products of one row and the half panels of all streams.
   *
   * @param half half panel of the first stream; the next ones are {@code run} apart
   * @param last last half panel, which is used in place of those beyond it
   */
  private static void add(
      BlockPanels weights,
      int half,
      int run,
      int last,
      float[] x,
      int xOffset,
      float[] sums,
      int lane) {
    BlockFormat format = weights.type();
    MemorySegment data = weights.data();
    int blocks = weights.inputs() / format.blockLength();
    int groups = format.groups();
    int length = format.groupLength();
    boolean minima = format.hasMinimum();
    int zero = format.zero();
    long p0 = weights.blockOffset(half, 0);
    long p1 = weights.blockOffset(Math.min(half + run, last), 0);
    long p2 = weights.blockOffset(Math.min(half + 2 * run, last), 0);
    long p3 = weights.blockOffset(Math.min(half + 3 * run, last), 0);
    switch (format.panelBits()) {
      case 4 -> {
        if (format.groupScales()) {
          NibbleGroups.multiply(
              data, p0, p1, p2, blocks, groups, length, minima, zero, x, xOffset, sums, 0, lane);
        } else {
          NibbleBlocks.multiply(
              data, p0, p1, p2, p3, blocks, length, minima, zero, x, xOffset, sums, 0, lane);
        }
      }
      case 6 ->
          SixBitGroups.multiply(
              data, p0, p1, blocks, groups, length, minima, zero, x, xOffset, sums, 0, lane);
      default -> {
        if (format.groupScales()) {
          ByteGroups.multiply(
              data, p0, p1, p2, p3, blocks, groups, length, x, xOffset, sums, 0, lane);
        } else {
          ByteBlocks.multiply(data, p0, p1, p2, p3, blocks, length, x, xOffset, sums, 0, lane);
        }
      }
    }
  }

  private static void widened(
      BlockPanels weights,
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
    MemorySegment wide = scratch.panels(WIDENED);
    for (int panel = from; panel < to; panel++) {
      int width = weights.width(panel);
      int first = outOffset + panel * Panels.WIDTH;
      for (int row = 0; row < rows; row++) {
        Arrays.fill(out, first + row * outStride, first + row * outStride + width, 0f);
      }
      for (int input = 0; input < weights.inputs(); input += WIDENED) {
        int n = Math.min(WIDENED, weights.inputs() - input);
        WidenBlocks.widen(weights, panel, input, n, wide, 0, scratch);
        DirectProduct.multiplyAdd(
            false,
            wide,
            0,
            0,
            width,
            n,
            x,
            xOffset + input,
            xStride,
            rows,
            out,
            first,
            outStride,
            scratch);
      }
    }
  }
}
