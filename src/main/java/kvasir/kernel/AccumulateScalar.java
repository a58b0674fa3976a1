package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/** Weighted sums of rows: the second product of attention. */
final class AccumulateScalar {
  private AccumulateScalar() {}

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
    for (int r = 0; r < rows; r++) {
      columns(
          values,
          0,
          values.columns(),
          0,
          counts[r],
          p,
          pOffset + r * pStride,
          out,
          outOffset + r * outStride);
    }
  }

  /** Adds the keys {@code from <= i < to} to the given columns of one row of out. */
  static void columns(
      Matrix values,
      int column,
      int columnEnd,
      int from,
      int to,
      float[] p,
      int pOffset,
      float[] out,
      int outOffset) {
    MemorySegment data = values.data();
    DType type = values.type();
    for (int i = from; i < to; i++) {
      long row = values.rowOffset(i);
      float weight = p[pOffset + i];
      for (int c = column; c < columnEnd; c++) {
        float value = ConversionsScalar.element(data, type, row + (long) c * type.bytes());
        out[outOffset + c] = Math.fma(weight, value, out[outOffset + c]);
      }
    }
  }
}
