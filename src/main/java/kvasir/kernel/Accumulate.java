package kvasir.kernel;

import java.lang.foreign.MemorySegment;
import kvasir.tensor.DType;
import kvasir.tensor.Matrix;

/** Adds weighted value rows to an output row, by scalars. */
final class Accumulate {
  private Accumulate() {}

  /** {@code out[d] = fma(p[i], values[i, d], out[d])} for i in order and {@code from <= d < to}. */
  static void columns(
      Matrix values,
      float[] p,
      int pOffset,
      int count,
      float[] out,
      int outOffset,
      int from,
      int to) {
    MemorySegment data = values.data();
    DType type = values.type();
    for (int i = 0; i < count; i++) {
      long row = values.rowOffset(i);
      float weight = p[pOffset + i];
      for (int d = from; d < to; d++) {
        float value = Conversions.load(type, data, row + (long) d * type.bytes());
        out[outOffset + d] = Math.fma(weight, value, out[outOffset + d]);
      }
    }
  }
}
