package kvasir.kernel;

import java.util.Arrays;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/** Chooses the kernel for each part of a matrix product; the bits are the same whichever it is. */
final class MatmulVector {
  private static final int TILE = 4;

  private MatmulVector() {}

  static void multiply(
      Matrix w,
      int from,
      int to,
      float[] x,
      int xo,
      int xs,
      int tokens,
      float[] out,
      int oo,
      int os,
      float[] scratch) {
    boolean whole = w.columns() % Kernels.LANES == 0;
    if (tokens == 1 && whole && w.type() != DType.F16) {
      oneToken(w, from, to, x, xo, out, oo);
      return;
    }
    for (int row = from; row < to; row += TILE) {
      int rows = Math.min(TILE, to - row);
      widen(w, row, rows, scratch);
      tokens(w.columns(), rows, x, xo, xs, tokens, out, oo + row, os, scratch);
    }
  }

  private static void oneToken(Matrix w, int from, int to, float[] x, int xo, float[] out, int oo) {
    int n = w.columns();
    long stride = (long) n * w.type().bytes();
    int row = from;
    if (Lanes.GROUPS == 1) {
      for (; row + TILE <= to; row += TILE) {
        if (w.type() == DType.BF16) {
          DotRow.four512Bf16(w.data(), w.rowOffset(row), stride, n, x, xo, out, oo + row);
        } else {
          DotRow.four512F32(w.data(), w.rowOffset(row), stride, n, x, xo, out, oo + row);
        }
      }
    }
    for (; row < to; row++) {
      out[oo + row] =
          w.type() == DType.BF16
              ? DotRow.oneBf16(w.data(), w.rowOffset(row), n, x, xo)
              : DotRow.oneF32(w.data(), w.rowOffset(row), n, x, xo);
    }
  }

  private static void tokens(
      int n,
      int rows,
      float[] x,
      int xo,
      int xs,
      int tokens,
      float[] out,
      int oo,
      int os,
      float[] scratch) {
    int stride = padded(n);
    int lanes = TILE * stride;
    int pad = lanes + TILE * TILE * Kernels.LANES;
    int token = 0;
    if (Lanes.GROUPS == 1 && rows == TILE && n == stride) {
      for (; token + TILE <= tokens; token += TILE) {
        DotTile.fourByFour(scratch, stride, x, xo + token * xs, xs, n, scratch, lanes);
        DotTile.addLanes(scratch, lanes, out, oo + token * os, os);
      }
    }
    for (; token < tokens; token++) {
      int at = xo + token * xs;
      if (n == stride) {
        oneToken(rows, stride, scratch, x, at, out, oo + token * os);
      } else {
        System.arraycopy(x, at, scratch, pad, n);
        Arrays.fill(scratch, pad + n, pad + stride, 0f);
        oneToken(rows, stride, scratch, scratch, pad, out, oo + token * os);
      }
    }
  }

  private static void oneToken(
      int rows, int stride, float[] w, float[] x, int xo, float[] out, int oo) {
    for (int r = 0; r < rows; r++) {
      out[oo + r] = DotTile.one(w, r * stride, x, xo, stride);
    }
  }

  /** Widens rows into scratch, each padded with zeros to whole groups of lanes. */
  private static void widen(Matrix w, int row, int rows, float[] scratch) {
    int n = w.columns();
    int stride = padded(n);
    for (int r = 0; r < rows; r++) {
      ConversionsVector.decode(w, row + r, 0, n, scratch, r * stride);
      Arrays.fill(scratch, r * stride + n, (r + 1) * stride, 0f);
    }
  }

  private static int padded(int n) {
    return (n + Kernels.LANES - 1) & -Kernels.LANES;
  }
}
