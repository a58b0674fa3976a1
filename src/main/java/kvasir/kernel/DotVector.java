package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * Dot products, four rows of weights at a time. Up to three tokens read the weights where they lie;
 * more share four rows widened once into scratch, which stay in L1 while tiles of tokens pass.
 * Every output is computed in the order that {@link Kernels} states, whichever tile it falls into.
 */
final class DotVector {
  /** Floats of activations that shall stay in L2 while all rows pass: 512 KiB. */
  private static final int RESIDENT = 1 << 17;

  /** Rows that are read where they lie at once. */
  private static final int STREAMS = W == 16 ? 4 : 2;

  /** Rows, and tokens, of a tile in scratch. */
  private static final int TILE = 4;

  private DotVector() {}

  static void matmul(
      Matrix weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      float[] scratch) {
    if (weights.columns() % Kernels.LANES != 0) {
      padded(weights, from, to, x, xOffset, xStride, tokens, out, outOffset, outStride, scratch);
      return;
    }
    int first = from;
    if (tokens < 4 && W > 4 && weights.type() != DType.F16) {
      direct(weights, from, to, x, xOffset, xStride, tokens, out, outOffset, outStride);
      first = to - (to - from) % STREAMS;
    }
    int block = Math.max(4, RESIDENT / Math.max(1, weights.columns()) & -4);
    for (int t = 0; t < tokens; t += block) {
      int count = Math.min(block, tokens - t);
      int xt = xOffset + t * xStride;
      int outT = outOffset + t * outStride;
      for (int o = first; o < to; o += 4) {
        int rows = Math.min(4, to - o);
        for (int r = 0; r < rows; r++) {
          int columns = weights.columns();
          ConversionsVector.decode(weights, o + r, 0, columns, scratch, r * columns);
        }
        tiles(scratch, weights.columns(), rows, x, xt, xStride, count, out, outT + o, outStride);
      }
    }
  }

  /**
   * Columns that are no multiple of sixteen: rows and activations are copied into scratch, padded
   * with zeros, since C2 boxes masked tails in some runs. Scratch is {@code [4 rows, padded]} and
   * {@code [4 tokens, padded]}.
   */
  private static void padded(
      Matrix weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride,
      float[] scratch) {
    int columns = weights.columns();
    int width = Math.ceilDiv(columns, Kernels.LANES) * Kernels.LANES;
    Arrays.fill(scratch, 0, 2 * TILE * width, 0f);
    for (int o = from; o < to; o += TILE) {
      int rows = Math.min(TILE, to - o);
      for (int r = 0; r < rows; r++) {
        ConversionsVector.decode(weights, o + r, 0, columns, scratch, r * width);
      }
      for (int t = 0; t < tokens; t += TILE) {
        int count = Math.min(TILE, tokens - t);
        for (int i = 0; i < count; i++) {
          int target = (TILE + i) * width;
          System.arraycopy(x, xOffset + (t + i) * xStride, scratch, target, columns);
        }
        int outT = outOffset + t * outStride + o;
        tiles(scratch, width, rows, scratch, TILE * width, width, count, out, outT, outStride);
      }
    }
  }

  /**
   * Several rows at once, not side by side but far apart, so that each of the streams goes through
   * memory without a gap and the prefetchers of the machine follow it. Of four rows side by side
   * with 2 KiB each, two share a page, and reading them took a fourth longer.
   */
  private static void direct(
      Matrix weights,
      int from,
      int to,
      float[] x,
      int xOffset,
      int xStride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride) {
    int apart = (to - from) / STREAMS;
    for (int o = from; o < from + apart; o++) {
      for (int t = 0; t < tokens; t++) {
        int xt = xOffset + t * xStride;
        int outT = outOffset + t * outStride;
        if (weights.type() == DType.F32) {
          if (W == 16) {
            Dot512.f32(weights, o, apart, x, xt, out, outT);
          } else {
            Dot256.f32(weights, o, apart, x, xt, out, outT);
          }
        } else if (W == 16) {
          Dot512.bf16(weights, o, apart, x, xt, out, outT);
        } else {
          Dot256.bf16(weights, o, apart, x, xt, out, outT);
        }
      }
    }
  }

  private static void tiles(
      float[] w,
      int columns,
      int rows,
      float[] x,
      int xOffset,
      int xStride,
      int tokens,
      float[] out,
      int outOffset,
      int outStride) {
    int t = 0;
    if (rows == 4 && W == 16) {
      for (; t + 4 <= tokens; t += 4) {
        int xt = xOffset + t * xStride;
        int outT = outOffset + t * outStride;
        Dot512.tile4x4(w, columns, x, xt, xStride, out, outT, outStride);
      }
      for (; t + 2 <= tokens; t += 2) {
        int xt = xOffset + t * xStride;
        int outT = outOffset + t * outStride;
        Dot512.tile2x4(w, columns, x, xt, xStride, out, outT, outStride);
      }
    } else if (W == 8) {
      for (; t + 2 <= tokens; t += 2) {
        int xt = xOffset + t * xStride;
        int outT = outOffset + t * outStride;
        Dot256.tile2x4(w, columns, rows, x, xt, xStride, out, outT, outStride);
      }
    }
    for (; t < tokens; t++) {
      int xt = xOffset + t * xStride;
      int outT = outOffset + t * outStride;
      switch (W) {
        case 16 -> Dot512.one(w, columns, rows, x, xt, out, outT);
        case 8 -> {
          for (int r = 0; r < rows; r += 2) {
            int next = Math.min(r + 1, rows - 1);
            Dot256.one(w, r * columns, next * columns, columns, x, xt, out, outT + r, outT + next);
          }
        }
        default -> {
          for (int r = 0; r < rows; r++) {
            out[outT + r] = Dot128.dot(w, r * columns, x, xt, columns);
          }
        }
      }
    }
  }
}
