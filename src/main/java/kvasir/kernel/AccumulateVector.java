package kvasir.kernel;

import static kvasir.kernel.Lanes.W;

import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/**
 * {@link AccumulateScalar} on vectors. Up to four rows of p share each load of a value for as many
 * keys as all of them have; a block of columns is held in registers over all keys. Every element
 * adds its keys in ascending order, whichever tile it falls into.
 */
final class AccumulateVector {
  private static final int TILE = 4;

  private AccumulateVector() {}

  static void accumulate(
      Matrix values,
      float[] p,
      int pOffset,
      int pStride,
      int[] counts,
      int rows,
      float[] out,
      int outOffset,
      int outStride) {
    for (int first = 0; first < rows; first += TILE) {
      int tile = Math.min(TILE, rows - first);
      int shared = counts[first];
      for (int r = first + 1; r < first + tile; r++) {
        shared = Math.min(shared, counts[r]);
      }
      int pTile = pOffset + first * pStride;
      int outTile = outOffset + first * outStride;
      keys(values, 0, shared, tile, p, pTile, pStride, out, outTile, outStride);
      for (int r = 0; r < tile; r++) {
        int pRow = pTile + r * pStride;
        int outRow = outTile + r * outStride;
        keys(values, shared, counts[first + r], 1, p, pRow, 0, out, outRow, 0);
      }
    }
  }

  private static void keys(
      Matrix values,
      int from,
      int to,
      int rows,
      float[] p,
      int pOffset,
      int pStride,
      float[] out,
      int outOffset,
      int outStride) {
    if (from >= to) {
      return;
    }
    int columns = values.columns();
    int width = rows > 2 ? 2 * W : 4 * W;
    int c = 0;
    // f16 is widened in so many steps that a tile of them has not been worth its code.
    for (; values.type() != DType.F16 && c + width <= columns; c += width) {
      block(values, c, from, to, rows, p, pOffset, pStride, out, outOffset + c, outStride);
    }
    for (int r = 0; r < rows; r++) {
      int pRow = pOffset + r * pStride;
      int outRow = outOffset + r * outStride;
      int rest = c;
      for (; rest + W <= columns; rest += W) {
        vector(values, rest, from, to, p, pRow, out, outRow + rest);
      }
      AccumulateScalar.columns(values, rest, columns, from, to, p, pRow, out, outRow);
    }
  }

  private static void block(
      Matrix values,
      int column,
      int from,
      int to,
      int rows,
      float[] p,
      int pOffset,
      int pStride,
      float[] out,
      int outOffset,
      int outStride) {
    boolean wide = values.type() == DType.F32;
    if (rows > 2 && wide) {
      AccumulateF32.four(
          values, column, from, to, rows, p, pOffset, pStride, out, outOffset, outStride);
    } else if (rows > 2) {
      AccumulateBf16.four(
          values, column, from, to, rows, p, pOffset, pStride, out, outOffset, outStride);
    } else {
      int p1 = pOffset + (rows - 1) * pStride;
      int out1 = outOffset + (rows - 1) * outStride;
      if (wide) {
        AccumulateF32.two(values, column, from, to, p, pOffset, p1, out, outOffset, out1);
      } else {
        AccumulateBf16.two(values, column, from, to, p, pOffset, p1, out, outOffset, out1);
      }
    }
  }

  private static void vector(
      Matrix values,
      int column,
      int from,
      int to,
      float[] p,
      int pOffset,
      float[] out,
      int outOffset) {
    switch (values.type()) {
      case F32 -> AccumulateF32.one(values, column, from, to, p, pOffset, out, outOffset);
      case F16 -> AccumulateF16.one(values, column, from, to, p, pOffset, out, outOffset);
      case BF16 -> AccumulateBf16.one(values, column, from, to, p, pOffset, out, outOffset);
    }
  }
}
